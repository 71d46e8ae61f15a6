"""The body of the dashboard is the one that patients tap on."""

from __future__ import annotations

from bot.console.figure import VIEWS, heat
from bot.knowledge import knowledge
from bot.settings import ROOT


def test_the_shapes_are_those_of_the_chat() -> None:
    drawn = (ROOT / "widget/src/figure.js").read_text(encoding="utf-8")
    for parts in VIEWS.values():
        for location, path in parts:
            assert f'"{path}"' in drawn and f'"{location}"' in drawn


def test_every_place_with_a_shape_is_one_that_can_be_named() -> None:
    assert {place for parts in VIEWS.values() for place, _ in parts} <= knowledge().locations.keys()


def test_the_place_named_most_is_the_hottest() -> None:
    parts = heat({"calf": 8, "neck": 2})["Back"]
    shown = {part.location: (part.count, part.heat) for part in parts}
    assert shown["calf"] == (8, 1.0) and shown["neck"] == (2, 0.25) and shown["low_back"] == (0, 0)
    assert sum(part.location == "calf" for part in parts) == 2
    assert sum(part.location == "neck" for part in parts) == 1


def test_nothing_is_hot_where_nothing_was_named() -> None:
    assert {part.heat for parts in heat({}).values() for part in parts} == {0.0}
