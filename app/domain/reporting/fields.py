"""A field of a record for the platform: what it means, how it is written, how long it may be."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

from app.i18n import N_, _


class Shape(StrEnum):
    """How a value is written."""

    TEXT = "text"
    CODE = "code"
    COUNT = "count"
    AMOUNT = "amount"
    PRICE = "price"
    DAY = "day"
    MOMENT = "moment"

    @property
    def label(self) -> str:
        """The shape in the person's language."""
        return _(_SHAPES[self])


_SHAPES: Final = {
    Shape.TEXT: N_("文本"),
    Shape.CODE: N_("代码"),
    Shape.COUNT: N_("整数"),
    Shape.AMOUNT: N_("金额，两位小数"),
    Shape.PRICE: N_("单价，四位小数"),
    Shape.DAY: N_("日期 YYYYMMDD"),
    Shape.MOMENT: N_("时间 YYYYMMDDHHMMSS"),
}
_DECIMALS: Final = {Shape.COUNT: 0, Shape.AMOUNT: 2, Shape.PRICE: 4}
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")
_FORMATS: Final = {Shape.DAY: "%Y%m%d", Shape.MOMENT: "%Y%m%d%H%M%S"}


@dataclass(frozen=True, slots=True)
class Field:
    """One field.

    Attributes:
        code: Its name in the file.
        title: What it means, in words (not translated yet).
        shape: How it is written.
        length: The most characters.
        required: Whether it may not be empty.
        codes: The values of a code and what they mean.
        note: More about it.
    """

    code: str
    title: str
    shape: Shape = Shape.TEXT
    length: int = 100
    required: bool = True
    codes: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


Value = str | int | Decimal | date | datetime | None


def written(one: Field, value: Value) -> str:
    """The value as it stands in the file; a text that is too long is cut at the field's length."""
    if value is None or value == "":
        return ""
    if isinstance(value, datetime | date):
        return value.strftime(_FORMATS.get(one.shape, "%Y%m%d"))
    if one.shape in _DECIMALS and isinstance(value, int | Decimal):
        return f"{Decimal(value):.{_DECIMALS[one.shape]}f}"
    return " ".join(str(value).split())[: one.length]


def wrong(one: Field, text: str) -> str:
    """What is wrong with a written value, in words; empty when nothing is."""
    if not text:
        return _("不能为空") if one.required else ""
    if len(text) > one.length:
        return _("有 {n} 个字符，最多 {most} 个", n=len(text), most=one.length)
    if one.shape is Shape.CODE and text not in one.codes:
        known = "、".join(f"{code} {_(title)}" for code, title in one.codes.items())
        return _("「{text}」不在代码表里，可用：{known}", text=text, known=known)
    if one.shape in _DECIMALS:
        return _wrong_number(one, text)
    if one.shape in _FORMATS:
        return _wrong_time(one, text)
    return ""


def _wrong_number(one: Field, text: str) -> str:
    places = _DECIMALS[one.shape]
    if not _NUMBER.fullmatch(text):
        return _("「{text}」不是数字", text=text)
    if len(text.partition(".")[2]) > places:
        return _("「{text}」的小数超过 {n} 位", text=text, n=places)
    return ""


def _wrong_time(one: Field, text: str) -> str:
    shape = _FORMATS[one.shape]
    try:
        back = datetime.strptime(text, shape)  # noqa: DTZ007 - only whether it can be read
    except ValueError:
        back = None
    if back is None or back.strftime(shape) != text:
        return _("「{text}」不是{shape}", text=text, shape=one.shape.label)
    return ""


def number(text: str) -> Decimal | None:
    """A written number; None when it is none."""
    try:
        return Decimal(text) if _NUMBER.fullmatch(text) else None
    except InvalidOperation:
        return None


def codes_of(fields: Sequence[Field]) -> tuple[str, ...]:
    """The names of fields in their order."""
    return tuple(one.code for one in fields)
