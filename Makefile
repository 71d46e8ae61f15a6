.DEFAULT_GOAL := help
.PHONY: help run test check train evaluate lock
SHELL := /bin/bash
PYTHON := .venv/bin/python
export RASA_TELEMETRY_ENABLED := false
export TF_CPP_MIN_LOG_LEVEL := 3
export SQLALCHEMY_SILENCE_UBER_WARNING := 1

help: ## Show this help
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/\1|\2/' | while IFS='|' read -r name text; do printf '  make %-10s %s\n' "$$name" "$$text"; done

run: ## Set up all that is needed, then start the chat and the staff console
	@scripts/setup run
	@exec $(PYTHON) -m bot up

test: ## Set up all that is needed, then run every test (browser tests too)
	@scripts/setup dev
	@exec $(PYTHON) -m pytest $(ARGS)

check: ## Format, lint, types, import rules, knowledge, Rasa data and fast tests (under a minute)
	@scripts/setup dev
	@scripts/check

train: ## Train the model now
	@scripts/setup run
	@exec $(PYTHON) -m bot train --force

evaluate: ## Play the vignettes in tests/scenarios and print how the bot did
	@scripts/setup run
	@exec $(PYTHON) -m bot evaluate $(wildcard tests/scenarios/*.yml tests/scenarios/development/*.yml)

lock: ## Pin the packages anew after a change of requirements*.in
	@scripts/setup run
	@scripts/lock
