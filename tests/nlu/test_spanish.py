"""Danger in Spanish is heard, and not where it is denied."""

from __future__ import annotations

import pytest

from bot.nlu.reading import read


@pytest.mark.parametrize(
    ("text", "flag", "assertion"),
    [
        ("ayuda, no puedo respirar", "rf_breathing", "present"),
        ("A mi esposo le duele el pecho", "rf_cardiac", "present"),
        ("no tengo dolor en el pecho", "rf_cardiac", "absent"),
        ("desde ayer no puedo orinar", "rf_cauda_equina", "present"),
        ("quiero morir", "rf_self_harm", "present"),
        ("tomé muchas pastillas", "rf_overdose", "present"),
        ("tengo espasmos en la espalda", None, None),
    ],
)
def test_danger_in_spanish(text: str, flag: str | None, assertion: str | None) -> None:
    heard = {(m.value, m.assertion) for m in read(text).of("red_flag")}
    assert heard == ({(flag, assertion)} if flag else set())
