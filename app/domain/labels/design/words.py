"""What the fields of a template say for one label, and what people call a part."""

from __future__ import annotations

from typing import Final

from app.domain.errors import DomainError
from app.domain.labels import content
from app.domain.labels.design.parts import (
    CODE_TITLES,
    ELEMENTS,
    FIELDS,
    AnyPart,
    CodeKind,
    CodePart,
    FramePart,
    TextPart,
    bound_fields,
)
from app.domain.labels.spec import LabelSpec
from app.i18n import _

_LONGEST_NAME: Final = 12


def field_value(spec: LabelSpec, name: str) -> str:
    """What one field says; empty where the goods have none.

    Raises:
        DomainError: There is no such field.
    """
    special = {
        "expiry": lambda: spec.expiry_text,
        "made": lambda: spec.made.isoformat() if spec.made else "",
        "digits": lambda: spec.code_text,
        "demo": lambda: _("演示数据") if spec.demo else "",
    }
    if name in special:
        return special[name]()
    if name not in FIELDS:
        raise unknown_field(name)
    return " ".join(str(getattr(spec, name)).split())


def unknown_field(name: str) -> DomainError:
    """The error for a field that does not exist."""
    known = "、".join(f"{{{one}}}" for one in FIELDS)
    return DomainError(
        "label.field", _("没有字段 {name}。可用的字段：{known}。", name=f"{{{name}}}", known=known)
    )


def filled(spec: LabelSpec, text: str) -> str:
    """`text` with its fields filled in; empty where all its fields are empty."""
    names = bound_fields(text)
    values = {name: field_value(spec, name) for name in names}
    if names and not any(values.values()):
        return ""
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return " ".join(text.split())


def gs1_elements(spec: LabelSpec, part: CodePart) -> tuple[tuple[str, str], ...]:
    """The GS1 elements of a code for one label; nothing where the goods have no number."""
    wanted = {"17": "expiry", "10": "lot", "21": "serial"}
    return tuple(
        (identifier, value)
        for identifier, value in spec.elements
        if wanted.get(identifier, "item") in part.elements
    )


def source_of(spec: LabelSpec, part: CodePart) -> tuple[str, str]:
    """What the encoder reads and what a scanner sends; both empty for a code left out."""
    if part.kind.gs1:
        elements = gs1_elements(spec, part)
        return content.bracketed(elements), content.element_string(elements)
    text = filled(spec, part.content)
    if part.kind is CodeKind.EAN:
        text = text.removeprefix("0") if len(text) == 14 else text  # noqa: PLR2004 - GTIN-14
    sent = text.encode().decode("latin-1") if part.kind is CodeKind.QR else text
    return text, sent


def part_name(part: AnyPart) -> str:
    """What people call a part: its fields, its text, or its kind."""
    if isinstance(part, CodePart):
        title = CODE_TITLES[part.kind]
        return _("条码 {title}", title=title)
    if isinstance(part, TextPart):
        names = [_(FIELDS[one]) for one in part.bound if one in FIELDS]
        if names:
            return "、".join(names)
        words = part.text.strip()[:_LONGEST_NAME]
        return _("文字「{words}」", words=words) if words else _("空文字")
    return _("方框") if isinstance(part, FramePart) else _("线条")


def content_words(part: CodePart) -> str:
    """What a code holds, for a list of parts."""
    if part.kind.gs1:
        return "、".join(_(ELEMENTS[one]) for one in part.elements)
    names = [_(FIELDS[one]) for one in bound_fields(part.content) if one in FIELDS]
    return "、".join(names) or part.content
