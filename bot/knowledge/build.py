"""Turn plain YAML values into the typed classes of `bot.triage.content`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from bot.knowledge.errors import Problems
from bot.triage.content import Condition

T = TypeVar("T")
ConditionParser = Callable[[Any, str], Condition]
_PLAIN: Mapping[type, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}


class Builder:
    """Builds dataclasses; notes every unknown key, missing key and wrong value."""

    def __init__(self, problems: Problems, condition: ConditionParser) -> None:
        self.problems = problems
        self.condition = condition

    def build(self, cls: Callable[..., T], raw: Any, path: str) -> T | None:
        """An instance of `cls` from a mapping, or None when something was wrong."""
        if not isinstance(raw, Mapping):
            self.problems.add(path, "expected a mapping with keys: " + ", ".join(_hints(cls)))
            return None
        before = len(self.problems.lines)
        self._check_keys(cls, raw, path)
        hints = _hints(cls)
        values = {k: self.value(hints[k], v, f"{path}.{k}") for k, v in raw.items() if k in hints}
        return cls(**values) if len(self.problems.lines) == before else None

    def _check_keys(self, cls: Any, raw: Mapping[str, Any], path: str) -> None:
        for key in raw:
            if key not in _hints(cls):
                self.problems.not_allowed(f"{path}.{key}", key, _hints(cls))
        for name in _required(cls):
            if name not in raw or _is_empty(raw[name]):
                self.problems.add(f"{path}.{name}", "is missing or empty")

    def value(self, hint: Any, raw: Any, path: str) -> Any:
        """`raw` as the type of `hint`."""
        origin = get_origin(hint)
        if origin in (Union, UnionType):
            return self._optional(hint, raw, path)
        if hint is Condition:
            return self.condition(raw, path)
        if origin is Literal:
            return self._literal(hint, raw, path)
        if origin is tuple:
            return self._tuple(get_args(hint)[0], raw, path)
        if dataclasses.is_dataclass(hint):
            return self.build(hint, raw, path)  # type: ignore[arg-type]
        return self._plain(hint, raw, path)

    def _optional(self, hint: Any, raw: Any, path: str) -> Any:
        if raw is None:
            return None
        kinds = [kind for kind in get_args(hint) if kind is not NoneType]
        plain = next((kind for kind in kinds if kind is type(raw)), kinds[0])
        return self.value(plain, raw, path)

    def _literal(self, hint: Any, raw: Any, path: str) -> Any:
        if raw not in get_args(hint):
            self.problems.not_allowed(path, raw, get_args(hint))
        return raw

    def _tuple(self, hint: Any, raw: Any, path: str) -> tuple[Any, ...]:
        if not isinstance(raw, list):
            self.problems.add(path, "expected a list, like [a, b]")
            return ()
        for n, one in enumerate(raw):
            if _is_empty(one):
                self.problems.add(f"{path}[{n}]", "is empty")
        return tuple(self.value(hint, one, f"{path}[{n}]") for n, one in enumerate(raw))

    def _plain(self, hint: Any, raw: Any, path: str) -> Any:
        accepted = (int, float) if hint is float else hint
        if not isinstance(raw, accepted) or (isinstance(raw, bool) and hint is not bool):
            self.problems.add(path, f"expected {_PLAIN[hint]}, not {raw!r}")
        return raw


def _is_empty(raw: Any) -> bool:
    return raw in ([], None) or (isinstance(raw, str) and not raw.strip())


@cache
def _hints(cls: Any) -> dict[str, Any]:
    return get_type_hints(cls)


@cache
def _required(cls: Any) -> tuple[str, ...]:
    missing = dataclasses.MISSING
    return tuple(
        f.name
        for f in dataclasses.fields(cls)
        if f.default is missing and f.default_factory is missing
    )
