"""Is a mention present, denied, past, unsure or only supposed?

medspaCy's ConText finds which modifiers (knowledge/lexicon/assertion.yml) reach which
mention inside a clause. It cannot see across clauses, and it has no notion of an answer or
of a modifier that takes another one back; those cases are decided here:

- an answer behind a question or a list item: "numb? no", "numbness no, tingling yes"
- a clause that only says "gone now" belongs to the statement before it
- "until today", "is back", "like this" turn a denial into a report
- "used to be X" is past, but an illness or operation stays part of the history
- a danger sign counts as past only when it clearly lies long ago
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

import spacy
from medspacy.context.context_graph import ConTextGraph
from medspacy.context.context_modifier import ConTextModifier
from medspacy.context.context_rule import ConTextRule
from spacy.tokens import Doc, Span

from bot.knowledge.lexicon import ModifierRule
from bot.knowledge.phrases import Sequence as Parsed
from bot.nlu.clauses import Clause, clause_of
from bot.nlu.matching import Match, PhraseTree
from bot.nlu.tokens import Token
from bot.triage.reading import Assertion

_SHORT = 6
_LENT = frozenset({"past", "long_past", "affirmed"})
_YES = frozenset({"yes", "yeah", "yep", "yup", "definitely", "yes definitely", "a little", "a bit"})
_NO = frozenset(
    {"no", "nope", "nah", "none", "not really", "negative", "never", "not at all", "no not really",
     "nothing", "not that i know of", "no i dont", "i dont", "no never", "nada", "zero", "neither"}
)  # fmt: skip


@dataclass(frozen=True)
class Target:
    """A mention to be judged: the positions of its words, and what sort of fact it is.

    `denies`: its words are a denial by themselves ("no fever"), so they may deny others too.
    """

    words: tuple[int, ...]
    is_red_flag: bool = False
    is_history: bool = False
    denies: bool = False

    @property
    def source(self) -> tuple[bool, bool]:
        """What sort of fact it is."""
        return self.is_red_flag, self.is_history

    def pieces(self) -> list[Target]:
        """The runs of neighbouring words; modifiers may stand between them."""
        runs: list[list[int]] = []
        for word in self.words:
            if runs and word == runs[-1][-1] + 1:
                runs[-1].append(word)
            else:
                runs.append([word])
        return [replace(self, words=tuple(run)) for run in runs]

    @property
    def start(self) -> int:
        return self.words[0]

    @property
    def end(self) -> int:
        return self.words[-1] + 1


class AssertionReader:
    """Judges the mentions of one message after the other; built once.

    The modifiers are found with the lexicon's own phrase language and handed to medspaCy's
    ConText graph, which limits their scopes and links them to the mentions.
    """

    def __init__(self, rules: Iterable[ModifierRule]) -> None:
        self.vocab = spacy.blank("en").vocab
        self.tree = PhraseTree({}, _labelled(rules))

    def judge(
        self,
        tokens: Sequence[Token],
        clauses: Sequence[Clause],
        targets: Sequence[Target],
        old_clauses: Sequence[bool],
    ) -> list[Assertion | None]:
        """The assertion of each target, in their order.

        None: its parts contradict each other ("fever, but no stiff neck"), so it was not
        said. `old_clauses[n]`: clause n names a day that lies long ago.
        """
        if not targets:
            return []
        pieces = [piece for target in targets for piece in target.pieces()]
        modifiers = _longest(self.tree.find(tokens))
        reach = _reach(self._doc(tokens, clauses), modifiers, pieces)
        _add_answers(tokens, clauses, pieces, reach)
        _lend_to_clause_before(clauses, modifiers, pieces, reach)
        for found, piece in zip(reach, pieces, strict=True):
            if old_clauses[clause_of(clauses, piece.start)]:
                found.add("long_past")
        judged = {
            (piece.words, piece.source): _decide(found, piece)
            for found, piece in zip(reach, pieces, strict=True)
        }
        return [
            _agreed([judged[p.words, p.source] for p in t.pieces()], _is_one_statement(t, clauses))
            for t in targets
        ]

    def _doc(self, tokens: Sequence[Token], clauses: Sequence[Clause]) -> Doc:
        """The message as a spaCy Doc whose sentences are the clauses."""
        starts = {clause.start for clause in clauses}
        return Doc(
            self.vocab,
            words=[token.text for token in tokens],
            sent_starts=[n in starts for n in range(len(tokens))],
        )


def _labelled(rules: Iterable[ModifierRule]) -> Iterator[tuple[Parsed, ConTextRule]]:
    for rule in rules:
        for phrase in rule.phrases:
            label = ConTextRule(
                literal=phrase.text,
                category=rule.category or rule.direction,
                direction=rule.direction.upper(),
                max_scope=rule.reach,
            )
            yield phrase.parsed, label


def _longest(matches: Sequence[Match]) -> list[Match]:
    """Of overlapping modifiers the one with most words, in the order of the text."""
    owner: dict[int, Match] = {}
    kept: list[Match] = []
    for match in sorted(matches, key=lambda m: (-len(m.words), _PRIORITY[m.what.direction])):
        owners = {id(owner[n]): owner[n] for n in match.words if n in owner}.values()
        if all(_is_twin(match, other) for other in owners):
            kept.append(match)
            owner.update({n: match for n in match.words if n not in owner})
    return _without_own_subjects(sorted(kept, key=lambda m: m.start))


def _is_twin(one: Match, other: Match) -> bool:
    """The same words with the same effect to both sides."""
    return one.words == other.words and one.what.category == other.what.category


_PRIORITY = {"BACKWARD": 0, "FORWARD": 1, "BIDIRECTIONAL": 2, "PSEUDO": 3, "TERMINATE": 4}
_TAKES_A_SUBJECT = frozenset({"HYPOTHETICAL", "UNCERTAIN"})


def _without_own_subjects(modifiers: list[Match]) -> list[Match]:
    """In "what if I" or "not sure if it", the subject belongs to the modifier."""
    kept: list[Match] = []
    for match in modifiers:
        before = kept[-1] if kept else None
        follows = before is not None and before.end == match.start
        if not (before and follows and _is_own_subject(before, match)):
            kept.append(match)
    return kept


def _is_own_subject(before: Match, match: Match) -> bool:
    takes_one = before.what.category in _TAKES_A_SUBJECT or _is_not_my(before, match)
    return match.what.direction == "TERMINATE" and takes_one


def _is_not_my(before: Match, match: Match) -> bool:
    """ "not my calf" denies the calf; "no my calf hurts" does not."""
    return bool(before.what.literal.startswith(("not", "never")) and match.what.literal == "my")


def _reach(doc: Doc, modifiers: Sequence[Match], targets: Sequence[Target]) -> list[set[str]]:
    """The categories that reach each target; ConText's scopes decide."""
    inside = {word for target in targets if not target.denies for word in target.words}
    spans = {(t.start, t.end): Span(doc, t.start, t.end, label="mention") for t in targets}
    graph = ConTextGraph(targets=list(spans.values()))
    graph.modifiers = [
        ConTextModifier(m.what, words[0], words[-1] + 1, doc)
        for m in modifiers
        if (words := _outside(doc, m, inside))
    ]
    graph.update_scopes()
    graph.apply_modifiers()
    found: dict[tuple[int, int], set[str]] = {}
    for span, modifier in graph.edges:
        found.setdefault((span.start, span.end), set()).add(modifier.category.lower())
    reach = [set(found.get((t.start, t.end), ())) for t in targets]
    for match in modifiers:
        for categories, target in zip(reach, targets, strict=True):
            if match.start < target.start and target.end < match.end:
                categories.add(match.what.category.lower())
    return reach


def _outside(doc: Doc, match: Match, inside: set[int]) -> tuple[int, ...]:
    """The modifier's words before a mention begins: "might" in "might have a fever".

    A modifier that is part of a mention ("no feeling") changes nothing.
    """
    if match.what.direction == "TERMINATE" or inside.isdisjoint(match.words):
        return match.words
    before = tuple(takewhile(lambda word: word not in inside, match.words))
    if match.what.category == "NEGATED" and not any(doc[n].text in _NEGATORS for n in before):
        return ()
    return before


_NEGATORS = frozenset(
    "no not nothing never without"
    " dont doesnt didnt isnt arent aint wasnt werent havent hasnt hadnt cant"
    " neither nor denies wouldnt couldnt zero".split()
)


def _add_answers(
    tokens: Sequence[Token],
    clauses: Sequence[Clause],
    targets: Sequence[Target],
    reach: list[set[str]],
) -> None:
    """A bare "no" or "yes" right behind a mention, or as the clause after it, answers it."""
    for number, clause in enumerate(clauses):
        words = " ".join(token.text for token in tokens[clause.start : clause.end])
        answer = _answer(words)
        if answer and number and _invites(clauses[number - 1].mark):
            _apply(answer, clauses[number - 1], targets, reach)
        last = tokens[clause.end - 1].text
        if clause.end - clause.start > 1 and _answer(last):
            _apply_to_item(_answer(last) or "", clause, targets, reach)


def _answer(words: str) -> str | None:
    if words in _NO:
        return "negated"
    return "affirmed" if words in _YES else None


def _invites(mark: str) -> bool:
    return any(sign in mark for sign in "?:-–—…")


def _apply(answer: str, clause: Clause, targets: Sequence[Target], reach: list[set[str]]) -> None:
    for found, target in zip(reach, targets, strict=True):
        if target.start in clause:
            found.add(answer)


def _apply_to_item(
    answer: str, clause: Clause, targets: Sequence[Target], reach: list[set[str]]
) -> None:
    for found, target in zip(reach, targets, strict=True):
        if target.end == clause.end - 1 and target.start in clause:
            found.add(answer)


def _lend_to_clause_before(
    clauses: Sequence[Clause],
    modifiers: Sequence[Match],
    targets: Sequence[Target],
    reach: list[set[str]],
) -> None:
    """ "my foot was numb, gone now": a clause without mentions speaks of the one before."""
    held = {clause_of(clauses, target.start) for target in targets}
    for number in range(1, len(clauses)):
        clause = clauses[number]
        if number in held or number - 1 not in held or clause.end - clause.start > _SHORT:
            continue
        for match in modifiers:
            category = match.what.category.lower()
            backward = match.what.direction in ("BACKWARD", "BIDIRECTIONAL")
            if match.start in clause and backward and category in _LENT:
                _apply(category, clauses[number - 1], targets, reach)


def _is_one_statement(target: Target, clauses: Sequence[Clause]) -> bool:
    """ "my leg isn't swollen" is one; "fever ... but no stiff neck" is not."""
    same = clause_of(clauses, target.start) == clause_of(clauses, target.words[-1])
    return same and target.end - target.start <= _SHORT


def _agreed(parts: Sequence[Assertion], one_statement: bool) -> Assertion | None:
    """What the parts of one mention say together.

    A part that is denied denies a single statement; a combination was then not said (None).
    """
    first = parts[0]
    if all(part == first for part in parts):
        return first
    if one_statement and parts[-1] in ("absent", "past"):
        return parts[-1]
    if "absent" in parts or "past" in parts:
        return None
    return "hypothetical" if "hypothetical" in parts else "uncertain"


def _decide(found: set[str], target: Target) -> Assertion:
    """One assertion out of all the modifiers that reach a mention."""
    if "except" in found:
        return "absent"
    if "hypothetical" in found:
        return "hypothetical"
    if {"ended", "negated"} <= found and "affirmed" not in found:
        return "past"
    if "negated" in found and "affirmed" not in found:
        return _denied(found, target)
    if _is_past(found, target):
        return "past"
    if "uncertain" in found and "affirmed" not in found:
        return "uncertain"
    return "present"


def _denied(found: set[str], target: Target) -> Assertion:
    if "uncertain" in found and target.is_red_flag:
        return "uncertain"
    return "absent"


def _is_past(found: set[str], target: Target) -> bool:
    if "affirmed" in found:
        return False
    if target.is_red_flag:
        return "long_past" in found
    if target.is_history:
        return "past" in found
    return bool(found & {"past", "long_past"})
