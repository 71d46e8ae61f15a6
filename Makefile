.DEFAULT_GOAL := help
.PHONY: help run test check bench torture train evaluate evaluate-described evaluate-faults evaluate-heldout evaluate-nlu transcripts safety security lock
SHELL := /bin/bash
PYTHON := .venv/bin/python
export RASA_TELEMETRY_ENABLED := false
export TF_CPP_MIN_LOG_LEVEL := 3
export SQLALCHEMY_SILENCE_UBER_WARNING := 1

help: ## Show this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' | while IFS='|' read -r name text; do printf '  make %-17s %s\n' "$$name" "$$text"; done

run: ## Set up all that is needed, then start the chat and the staff console
	@scripts/setup run
	@exec $(PYTHON) -m bot up

test: ## Set up all that is needed, then run every test (browser tests too)
	@scripts/setup dev
	@exec $(PYTHON) -m pytest $(ARGS)

check: ## Format, lint, types, import rules, knowledge, Rasa data and fast tests (two minutes on two cores)
	@scripts/setup dev
	@scripts/check

bench: ## Measure speed and memory beside stock Rasa, write docs/performance.md (ARGS=--quick: minutes)
	@scripts/setup run
	@scripts/bench $(ARGS)

torture: ## Try what is promised under faults, attacks and load, write docs/torture.md (ARGS=--quick: minutes)
	@scripts/setup run
	@exec $(PYTHON) -m bench.torture $(ARGS)

train: ## Train the model now
	@scripts/setup run
	@exec $(PYTHON) -m bot train --force

evaluate: ## Play the scenarios, print how the bot did, write var/evaluation/report.html
	@scripts/setup run
	@exec $(PYTHON) -m bot evaluate --report $(or $(REPORT),var/evaluation/report.html) --json var/evaluation/report.json

evaluate-described: ## Play the patients of tests/scenarios/described, written to be hard
	@scripts/setup run
	@exec $(PYTHON) -m bot evaluate $(wildcard tests/scenarios/described/*.yml) --report $(or $(REPORT),var/evaluation/described.html)

evaluate-faults: ## The same, and each emergency again with each action failing (minutes)
	@scripts/setup run
	@exec $(PYTHON) -m bot evaluate --faults --report $(or $(REPORT),var/evaluation/faults.html)

evaluate-heldout: ## Play what is kept aside in tests/heldout: ids and levels, never a text
	@scripts/setup run
	@exec $(PYTHON) -m bot evaluate --blind $(wildcard tests/heldout/vignettes*.yml) --report $(or $(REPORT),var/evaluation/heldout.html)

evaluate-nlu: ## How well single messages are read: development sets, then the figures of those kept aside
	@scripts/setup run
	@$(PYTHON) -m bot evaluate-nlu --perturb --json var/evaluation/nlu.json
	@exec $(PYTHON) -m bot evaluate-nlu $(wildcard tests/heldout/*.jsonl) --json var/evaluation/nlu-heldout.json

transcripts: ## Let the bot hold the conversations of docs/transcripts again
	@scripts/setup run
	@exec $(PYTHON) -m bot transcript docs/transcripts/patients.yml --out docs/transcripts

safety: ## Write docs/safety.md anew from knowledge/hazards.yml
	@scripts/setup run
	@exec $(PYTHON) -m bot safety --out docs/safety.md

security: ## Write docs/security.md anew from docs/security/*.yml and the tests' markers
	@scripts/setup run
	@exec $(PYTHON) scripts/security_page.py

lock: ## Pin the packages anew after a change of requirements*.in
	@scripts/setup run
	@scripts/lock
