"""The Rasa project fits together: names, words, payloads, and who says what."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import textstat
import yaml
from rasa_sdk.executor import ActionExecutor

from actions.triage_form import FORM as TRIAGE
from bot.knowledge import knowledge
from bot.settings import ROOT
from bot.triage.content import Topic
from bot.triage.reading import KINDS

DOMAIN = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
RULES = yaml.safe_load((ROOT / "data/rules.yml").read_text(encoding="utf-8"))["rules"]
STORIES = yaml.safe_load((ROOT / "data/stories.yml").read_text(encoding="utf-8"))["stories"]
NLU = yaml.safe_load((ROOT / "data/nlu.yml").read_text(encoding="utf-8"))["nlu"]
RESPONSES: dict[str, list[dict[str, Any]]] = DOMAIN["responses"]
TEXTS = [(name, v["text"]) for name, variants in RESPONSES.items() for v in variants]
GRADE = 8.0
TOPICS = set(get_args(Topic))
SETTINGS = {"clinic_phone", "clinic_name", "emergency_number", "crisis_number", "booking_url"}
RASAS_OWN = {"utter_action"}
"""Where Rasa notes which response a message came from."""
SPOKEN_BY_NAME = re.compile(r"[\"'](utter_\w+)[\"']")
SPOKEN_BY_PATTERN = re.compile(r"f[\"'](utter_\w+)\{")


def sources() -> Iterator[tuple[Path, str]]:
    for folder in ("actions", "bot"):
        for path in (ROOT / folder).rglob("*.py"):
            yield path, path.read_text(encoding="utf-8")


def intents() -> set[str]:
    return {next(iter(i)) if isinstance(i, dict) else i for i in DOMAIN["intents"]}


def steps(kind: str, blocks: list[dict[str, Any]]) -> set[str]:
    listed = [s for b in blocks for s in b["steps"]]
    listed += [s for group in listed if "or" in group for s in group["or"]]
    return {s[kind] for s in listed if s.get(kind)}


def emergency_responses() -> set[str]:
    """What the content says first in an emergency: of each danger sign, and of some rules."""
    content = knowledge()
    signs = (*content.red_flags.values(), *content.rules.values())
    return {sign.response for sign in signs if sign.response}


def test_every_response_is_uttered_by_somebody() -> None:
    code = "\n".join(text for _, text in sources())
    named = set(SPOKEN_BY_NAME.findall(code)) | steps("action", RULES)
    patterns = tuple(SPOKEN_BY_PATTERN.findall(code))
    flags = emergency_responses()
    asked = {
        f"utter_ask_{slot}" for form in DOMAIN["forms"].values() for slot in form["required_slots"]
    }
    suffixed = {f"{name}_{what}" for name in flags for what in ("check", "reminder", "cleared")}
    own = {r for r in RESPONSES if r.startswith(patterns)}
    assert RESPONSES.keys() - named - flags - asked - suffixed - own == set()


def test_every_response_that_the_code_names_exists() -> None:
    for path, text in sources():
        for name in SPOKEN_BY_NAME.findall(text):
            begins = any(r.startswith(name.rstrip("_") + "_") for r in RESPONSES)
            assert name in RESPONSES or begins or name in RASAS_OWN, f"{path.name}: {name}"


def test_every_emergency_response_of_the_content_exists() -> None:
    assert emergency_responses() <= RESPONSES.keys()


def test_every_action_is_declared_and_every_declared_action_exists() -> None:
    executor = ActionExecutor()
    executor.register_package("actions")
    ours = {
        name
        for name, run in executor.actions.items()
        if type(run.__self__).__module__.startswith("actions.")
    }
    assert ours == set(DOMAIN["actions"])


def test_slot_mappings_are_not_validated_on_every_message() -> None:
    assert "action_validate_slot_mappings" not in DOMAIN["actions"]


def test_no_slot_carries_over_and_no_clock_ends_a_session() -> None:
    config = DOMAIN["session_config"]
    assert config == {"session_expiration_time": 0, "carry_over_slots_to_new_session": False}


def test_every_slot_is_filled_by_actions_only() -> None:
    """Texts never fill a slot by themselves: `from_text` eats the sentence that opens a form."""
    for name, slot in DOMAIN["slots"].items():
        assert slot["mappings"] == [{"type": "custom"}], name


def test_entities_are_the_kinds_of_mentions() -> None:
    assert set(DOMAIN["entities"]) == KINDS | {"booking_field"}


def test_every_intent_is_trained_and_answered() -> None:
    trained = {block["intent"] for block in NLU if "intent" in block}
    assert trained == intents() - {"nlu_fallback"}
    assert steps("intent", RULES) == intents()


def test_large_intents_have_forty_examples_and_small_ones_fifteen() -> None:
    large = {"report_symptoms", "inform", "correct", "ask_topic", "book", "out_of_scope"}
    for block in NLU:
        if "intent" in block:
            examples = block["examples"].strip().splitlines()
            assert len(examples) == len({e.lower() for e in examples}), block["intent"]
            assert len(examples) >= (40 if block["intent"] in large else 15), block["intent"]


def test_no_example_stands_under_two_intents() -> None:
    examples = [e for b in NLU if "intent" in b for e in b["examples"].strip().splitlines()]
    assert [e for e, times in Counter(map(str.lower, examples)).items() if times > 1] == []


def test_the_registry_of_responses_lists_each_once() -> None:
    listed = [s["action"] for b in STORIES for s in b["steps"] if "action" in s]
    spoken = [name for name in listed if name.startswith("utter_")]
    assert RESPONSES.keys() - set(spoken) - steps("action", RULES) == set()


def buttons() -> Iterator[tuple[str, dict[str, str]]]:
    for name, variants in RESPONSES.items():
        for variant in variants:
            yield from ((name, button) for button in variant.get("buttons", []))


@pytest.mark.parametrize(("name", "button"), list(buttons()), ids=lambda x: str(x)[:40])
def test_every_payload_is_an_intent_and_stands_in_the_question_too(
    name: str, button: dict[str, str]
) -> None:
    read = re.fullmatch(r"/(\w+)(\{.*\})?", button["payload"])
    assert read and read[1] in intents()
    assert json.loads(read[2] or "{}").keys() <= set(DOMAIN["entities"])
    options = RESPONSES[name][0]["custom"]["question"]["options"]
    assert {"label": button["title"], "payload": button["payload"]} in [
        {"label": o["label"], "payload": o["payload"]} for o in options
    ]


@pytest.mark.parametrize("name", [n for n, t in TEXTS if re.search(r"\?(\s|$)", t)])
def test_every_question_carries_its_contract(name: str) -> None:
    question = RESPONSES[name][0]["custom"]["question"]
    assert question["topic"] in TOPICS
    assert question["id"] in DOMAIN["slots"]
    assert question["kind"] in {"text", "single", "multiple", "body_map"}
    assert isinstance(question["options"], list)


def grade(text: str) -> float:
    """Reading grade from letters, words and sentences; a line of a list is left out.

    The syllable grades of textstat fetch a dictionary from the internet.
    """
    said = re.sub(r"\n\{\w+\}|[\[\]]", ".", text)
    plain = re.sub(r"\{\w+\}", "911", said)
    return float(textstat.automated_readability_index(plain))


@pytest.mark.parametrize(("name", "text"), TEXTS, ids=[n for n, _ in TEXTS])
def test_texts_are_easy_to_read_and_one_message_each(name: str, text: str) -> None:
    assert "\n\n" not in text
    assert grade(text) <= GRADE


def test_texts_fill_only_settings_or_what_the_actions_give() -> None:
    given = {"wording", "facts", "why", "name", "summary", "cautions", "contact", "when"}
    given |= {"reference", "days", "unknown", "needed", "more", "possible", "advice", "withheld"}
    given |= {"unsure"}
    given |= {"unsure"}
    given |= {"emergency", "urgent", "steps", "treatments"}
    for name, text in TEXTS:
        assert set(re.findall(r"\{(\w+)\}", text)) <= SETTINGS | given, name


def test_the_emergency_texts_have_a_number_and_no_question() -> None:
    first = emergency_responses()
    for name, text in TEXTS:
        if name in first:
            assert "{emergency_number}" in text or "{crisis_number}" in text, name
            assert "?" not in text, name


@pytest.mark.parametrize(("name", "text"), TEXTS, ids=[n for n, _ in TEXTS])
def test_no_text_names_an_illness_as_certain_doses_or_lulls(name: str, text: str) -> None:
    certain = (
        r"(?<!if )\byou (surely |probably )?(have|suffer from) (a|an) (?!lot)|\bit is (only|just)\b"
    )
    dosing = r"\d\s?(mg|ml|milligrams?|tablets?|pills?)\b"
    lulling = r"\b(not|nothing to) worry|harmless|not serious|perfectly safe|you are fine\b"
    assert not re.search(f"{certain}|{dosing}|{lulling}", text, re.IGNORECASE), name


def test_no_action_utters_prose_of_its_own() -> None:
    """`utter_message` gets names of responses and values, never a text."""
    for path in (ROOT / "actions").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("utter_message"):
                keywords = {k.arg: k.value for k in node.keywords}
                assert not node.args and "text" not in keywords, path.name
                assert "response" in keywords, path.name
                for name, value in keywords.items():
                    literal = isinstance(value, ast.Constant) and isinstance(value.value, str)
                    assert name == "response" or not literal, f"{path.name}: {name}"


def test_no_action_hides_a_sentence() -> None:
    """Strings with three words or more are docstrings, or do not exist."""
    for path in (ROOT / "actions").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        described = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words = re.findall(r"[A-Za-z]{2,} ", node.value + " ")
                assert id(node) in described or len(words) < 3, f"{path.name}: {node.value[:40]}"


def test_the_endpoints_keep_the_domain_out_of_action_calls() -> None:
    endpoints = yaml.safe_load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))
    assert endpoints["action_endpoint"]["enable_selective_domain"] is True
    assert endpoints["action_endpoint"]["url"].startswith("http://127.0.0.1:")


def test_only_our_channel_is_mounted() -> None:
    credentials = yaml.safe_load((ROOT / "credentials.yml").read_text(encoding="utf-8"))
    assert list(credentials) == ["bot.channels.web.WebChannel"]


def test_the_safety_policy_stands_above_the_rules() -> None:
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    policies = {p["name"]: p for p in config["policies"]}
    assert policies["bot.policies.safety.SafetyPolicy"]["priority"] > 6
    assert TRIAGE in DOMAIN["forms"]
