"""The figures as lines for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_HISTOGRAMS = frozenset({"questions_asked", "questions_to_emergency"})


def summary(figures: Mapping[str, Any]) -> str:
    """The metrics, with every case that went wrong."""
    parts = (
        [f"Vignettes                    {figures['vignettes']}"],
        _level_lines(figures),
        _extraction_lines(figures["extraction"]),
        _dialogue_lines(figures["dialogue"]),
        _share_lines({"mandatory_signs_elicited": figures["elicitation"]["elicited"]}),
        _agreement_lines(figures["agreement"]),
        _talk_lines(figures.get("dialogues")),
        _fault_lines(figures.get("faults")),
        _confusion_lines(figures["confusion"]),
        _wrong(figures),
    )
    return "\n\n".join("\n".join(lines) for lines in parts if lines)


def _level_lines(figures: Mapping[str, Any]) -> list[str]:
    emergency = figures["emergency"]
    sensitivity, under = emergency["sensitivity"], figures["triage"]["under_triage"]
    return [
        *_share_lines(figures["triage"]),
        f"{_label('under_triage_bound')}{_percent(under['upper_bound_95'])}  (one-sided 95 %)",
        f"{_label('emergency_sensitivity')}{_share(sensitivity)}"
        f"  one-sided 95 % bound {sensitivity['lower_bound_95']:.1%}",
        *_share_lines({"false_alarms": emergency["false_alarms"]}),
        *_share_lines(figures["contributors"]),
    ]


def _dialogue_lines(dialogue: Mapping[str, Any]) -> list[str]:
    plain = {k: v for k, v in dialogue.items() if k not in _HISTOGRAMS}
    return [f"{_label(name)}{_value(v)}" for name, v in plain.items()]


def _agreement_lines(agreement: Mapping[str, Any]) -> list[str]:
    if not agreement["sets"]:
        return []
    return [
        f"{_label('same_level_in_all_wordings')}{_share(agreement['full'])}"
        f"  {agreement['wordings']} wordings, kappa {agreement['kappa']}"
    ]


def _talk_lines(talks: Mapping[str, Any] | None) -> list[str]:
    if not talks:
        return []
    emergencies, urgent = talks["emergencies"], talks["urgent"]
    return [
        f"{_label('emergencies_told')}{_share(emergencies)}"
        f"  in the same turn; one-sided 95 % bound {emergencies['lower_bound_95']:.1%}",
        f"{_label('same_day_signs_told')}{_share(urgent)}"
        f"  one-sided 95 % bound {urgent['lower_bound_95']:.1%}",
        f"{_label('denied_without_false_alarm')}{_share(talks['denied']['right'])}",
        *(
            f"  {case['id']}: {case['level'] or 'no result'} instead of "
            f"{case['gold_level'] or 'no emergency'} ({case['position']})"
            for case in (*talks["missed"], *talks["false_alarms"])
        ),
    ]


def _fault_lines(faults: Mapping[str, Any] | None) -> list[str]:
    lines = [
        f"  {name:<27}{of['heard']} of {of['of']}  {' '.join(of['missed'])}".rstrip()
        for name, of in (faults or {}).items()
    ]
    return ["Emergencies heard in the same turn while this action fails:", *lines] if lines else []


def _share_lines(shares: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return [f"{_label(name)}{_share(share)}" for name, share in shares.items()]


def _extraction_lines(extraction: Mapping[str, Any]) -> list[str]:
    return [
        f"{_label(kind)}precision {_percent(v['precision'])}  recall {_percent(v['recall'])}"
        for kind, v in extraction.items()
    ]


def _confusion_lines(confusion: Mapping[str, Mapping[str, int]]) -> list[str]:
    columns = list(next(iter(confusion.values())))
    head = f"{'gold / got':<14}" + "".join(f"{name:>11}" for name in columns)
    rows = [f"{g:<14}" + "".join(f"{n:>11}" for n in row.values()) for g, row in confusion.items()]
    return [head, *rows]


def _wrong(figures: Mapping[str, Any]) -> list[str]:
    wrong = [c for c in figures["cases"] if not c["acceptable"]]
    lines = [
        f"  {c['id']}: {c['level'] or 'no result'} instead of "
        f"{' or '.join(c['acceptable_levels'])} (rules: {', '.join(c['rules']) or 'none'})"
        for c in wrong
    ]
    return ["Not within the acceptable levels:", *lines] if lines else []


def _label(name: str) -> str:
    return f"{name.replace('_', ' '):<30}"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return _share(value)
    return "-" if value is None else f"{value:g}"


def _share(share: Mapping[str, Any]) -> str:
    return f"{_percent(share['share'])}  ({share['count']} of {share['of']})"


def _percent(value: float | None) -> str:
    return "     -" if value is None else f"{value:6.1%}"
