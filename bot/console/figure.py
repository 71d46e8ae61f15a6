"""The body as two drawings whose parts are colored by how often patients named them.

The shapes are those of the chat's body map (widget/src/figure.js); a test keeps them the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

WIDTH, HEIGHT = 150, 250
_HEAD = "M75 4c10 0 16 7 16 16 0 11-7 20-16 20s-16-9-16-20c0-9 6-16 16-16z"
_NECK = "M66 38c3 3 6 4 9 4s6-1 9-4l1 11H65z"
_SHOULDER = "M63 50c-11 2-22 4-26 13-2 4-2 8-2 12 7 1 14-1 17-7 3-7 6-13 11-18z"
_ARM = "M34 77c6 1 12 0 16-4l-3 25c-1 12-4 21-8 32l-12-2c-1-12 0-22 2-31 1-8 2-14 5-20z"
_HAND = "M26 130l13 2c2 6 2 11-1 17-3 6-8 8-12 6-5-4-5-15 0-25z"
_LOWER_LEG = "M52 192h20c1 14 0 26-3 38H56c-3-12-5-24-4-38z"
_FOOT = "M56 232h13c1 4 2 6 2 9 0 4-6 6-12 6-7 0-12-2-11-5 1-4 7-5 8-10z"
_ARMS = (("shoulder", _SHOULDER), ("upper_arm_forearm", _ARM), ("hand_fingers", _HAND))
_MIDDLE = frozenset("jaw_face neck chest_wall abdomen upper_back mid_back low_back".split())
"""Parts that are drawn once; of the others, the other half is the mirror."""

VIEWS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "Front": (
        ("jaw_face", _HEAD),
        ("neck", _NECK),
        *_ARMS,
        ("chest_wall", "M65 51h20c5 5 11 10 13 17 1 7 0 12-2 18H54c-2-6-3-11-2-18 2-7 8-12 13-17z"),
        ("abdomen", "M54 88h42c0 10 1 17 3 24H51c2-7 3-14 3-24z"),
        ("buttock_hip", "M51 114h23v18H47c0-7 1-12 4-18z"),
        ("thigh_front", "M47 134h27c0 18-1 37-2 56H52c-4-18-6-37-5-56z"),
        ("leg_unspecified", _LOWER_LEG),
        ("foot_toes", _FOOT),
    ),
    "Back": (
        ("jaw_face", _HEAD),
        ("neck", _NECK),
        *_ARMS,
        ("upper_back", "M65 51h20c5 5 11 10 13 17v5H52v-5c2-7 8-12 13-17z"),
        ("mid_back", "M52 75h46c0 7-1 12-2 17H54c-1-5-2-10-2-17z"),
        ("low_back", "M54 94h42c0 7 1 12 3 18H51c2-6 3-11 3-18z"),
        ("buttock_hip", "M51 114h23v26H47c-1-10 1-18 4-26z"),
        ("hamstring", "M47 142h27c0 16-1 32-2 48H52c-4-16-6-32-5-48z"),
        ("calf", _LOWER_LEG),
        ("foot_toes", _FOOT),
    ),
}
"""View -> (location, path) of each part."""


@dataclass(frozen=True)
class Part:
    """One part of a drawing. `heat`: from 0 to 1, its share of the place named most."""

    location: str
    path: str
    count: int
    heat: float
    is_mirrored: bool


def heat(counts: Mapping[str, int]) -> dict[str, list[Part]]:
    """Both drawings, for how often each location was named."""
    most = max(counts.values(), default=0)
    return {view: list(_parts(view, counts, most)) for view in VIEWS}


def _parts(view: str, counts: Mapping[str, int], most: int) -> Iterator[Part]:
    for location, path in VIEWS[view]:
        count = counts.get(location, 0)
        share = round(count / most, 2) if most else 0.0
        for mirrored in (False,) if location in _MIDDLE else (False, True):
            yield Part(location, path, count, share, mirrored)
