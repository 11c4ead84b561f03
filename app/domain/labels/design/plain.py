"""Designs as plain values: how they are stored and carried from one group to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from typing import Any, Final

from app.domain.errors import DomainError
from app.domain.labels.design.parts import (
    LARGEST_TEXT,
    Align,
    AnyPart,
    CodeKind,
    CodePart,
    Design,
    FramePart,
    RulePart,
    Sheet,
    TextPart,
)
from app.domain.labels.marks import TURNS
from app.domain.labels.spec import LabelKind
from app.i18n import _

FORMAT: Final = "yilian-label"
FORMAT_VERSION: Final = 1
_TYPES: Final[Mapping[str, type[AnyPart]]] = {
    "text": TextPart,
    "code": CodePart,
    "line": RulePart,
    "box": FramePart,
}
_ENUMS: Final[Mapping[str, type[StrEnum]]] = {"kind": CodeKind, "align": Align}
FARTHEST: Final = 10_000
"""A metre; nothing on a label is farther away."""
_LONGEST: Final = 500
_LETTERS: Final = frozenset({"size", "least"})
_LENGTHS: Final = _LETTERS | {"width", "height", "rows", "columns"}
"""What cannot be drawn with nothing or less."""


def to_plain(design: Design) -> dict[str, Any]:
    """The design as JSON values."""
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "name": design.name,
        "width": design.wide,
        "height": design.high,
        "dpi": design.dpi,
        "kind": design.kind.value,
        "sheet": _values(design.sheet) if design.sheet else None,
        "parts": [_part_values(part) for part in design.parts],
    }


def from_plain(raw: object) -> Design:
    """The design behind JSON values.

    Raises:
        DomainError: It is not a template, or a value is missing or of another kind; says which.
    """
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise DomainError("design.format", _("这不是标签模板文件。请选用本程序导出的模板文件。"))
    if raw.get("format_version") != FORMAT_VERSION:
        words = _("这个模板是别的版本导出的，本机读不了。请先升级程序。")
        raise DomainError("design.format_version", words)
    try:
        parts = [_part(one, key) for key, one in enumerate(_list(raw["parts"]), 1)]
        sheet = raw.get("sheet")
        return Design(
            name=_word(raw["name"], "name"),
            wide=_whole(raw["width"], "width"),
            high=_whole(raw["height"], "height"),
            dpi=_whole(raw["dpi"], "dpi"),
            kind=LabelKind(raw["kind"]),
            parts=tuple(parts),
            sheet=Sheet(**_numbers(sheet, Sheet)) if sheet else None,
        )
    except (KeyError, TypeError, ValueError) as error:
        words = _("模板文件不完整：{what}。请重新导出一份。", what=error)
        raise DomainError("design.file", words) from error


def _part_values(part: AnyPart) -> dict[str, Any]:
    name = next(word for word, kind in _TYPES.items() if type(part) is kind)
    values = {k: v for k, v in _values(part).items() if k != "key"}
    if not values.get("turn"):
        values.pop("turn", None)  # upright parts are written as they always were
    return {"type": name, **values}


def _values(one: object) -> dict[str, Any]:
    """The fields of a dataclass; enums as their words."""
    found: dict[str, Any] = {}
    for each in fields(one):  # type: ignore[arg-type]
        value = getattr(one, each.name)
        found[each.name] = value.value if isinstance(value, StrEnum) else value
    return found


def _part(raw: object, key: int) -> AnyPart:
    if not isinstance(raw, dict):
        raise TypeError(_("第 {n} 个元素", n=key))
    kind = _TYPES[_word(raw.get("type"), "type")]
    given = {name: value for name, value in raw.items() if name != "type"}
    return kind(key=key, **_numbers(given, kind, skip="key"))


def _numbers(raw: object, kind: type, skip: str = "") -> dict[str, Any]:
    """The fields of `kind` in `raw`, each of the type that its default or name demands."""
    if not isinstance(raw, dict):
        raise TypeError(kind.__name__)
    known = {one.name for one in fields(kind)} - {skip}
    unknown = set(raw) - known
    if unknown:
        raise ValueError(min(unknown))
    return {name: _value(name, value) for name, value in raw.items()}


def _value(name: str, value: object) -> object:
    if name in _ENUMS:
        return _ENUMS[name](_word(value, name))
    if name in {"text", "content"}:
        return _word(value, name)
    if name in {"bold", "cut"}:
        if not isinstance(value, bool):
            raise ValueError(name)
        return value
    if name == "turn" and value not in TURNS:
        raise ValueError(name)
    return _whole(value, name)


def _whole(value: object, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > FARTHEST:
        raise ValueError(name)
    if (name in _LENGTHS and value < 1) or (name in _LETTERS and value > LARGEST_TEXT):
        raise ValueError(name)
    return value


def _word(value: object, name: str) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise ValueError(name)
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError("parts")
    return value
