"""Label papers read from `resources/labels`: one JSON file each, checked when loaded."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from app import paths
from app.domain.errors import DomainError
from app.domain.labels.marks import Box
from app.domain.labels.template import (
    SMALLEST_TEXT,
    Facts,
    Heading,
    LabelPaper,
    LabelTemplate,
    Line,
)
from app.i18n import N_, _

TITLES: Final = {
    "60x40": N_("60×40 mm 标签卷"),
    "50x30": N_("50×30 mm 标签卷"),
    "100x70": N_("100×70 mm 标签卷"),
    "a4-24": N_("A4 · 24 枚 · 70×37 mm"),
}
"""What people call the papers, in the order of choice."""


def keys() -> tuple[str, ...]:
    """The papers that can be chosen."""
    return tuple(TITLES)


@lru_cache(maxsize=16)
def paper(key: str) -> LabelPaper:
    """The paper with this key; raises `DomainError` that names the papers there are."""
    if key not in TITLES:
        raise DomainError(
            "label.paper",
            _("没有标签纸 {key}。可用：{names}。", key=key, names="、".join(TITLES)),
        )
    return read_paper(paths.resources() / "labels" / f"{key}.json", TITLES[key])


def read_paper(file: Path, title: str) -> LabelPaper:
    """A paper from a template file.

    Raises:
        DomainError: A value is missing, or a text would be smaller than 2.2 mm.
    """
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
        label = _label(raw["label"])
        sheet = raw["sheet"]
        result = LabelPaper(key=file.stem, title=title, label=label, dpi=raw["dpi"], **sheet)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise DomainError(
            "label.template",
            _("标签模板 {name} 不完整：{what}。请恢复原来的模板文件。", name=file.name, what=error),
        ) from error
    sizes = [label.heading.name_least, label.heading.line_size, label.facts.caption_size]
    sizes += [line.size for line in label.lines] + [label.digits_size, label.facts.value_size]
    if min(sizes) < SMALLEST_TEXT:
        raise DomainError(
            "label.template_size",
            _(
                "标签模板 {name} 的文字小于 {least} mm。请改大。",
                name=file.name,
                least=SMALLEST_TEXT,
            ),
        )
    return result


def _label(raw: dict[str, Any]) -> LabelTemplate:
    """The label part of a template."""
    heading = raw["heading"] | {"box": Box(*raw["heading"]["box"])}
    heading["lines"] = tuple(heading["lines"])
    return LabelTemplate(
        width=raw["width"],
        height=raw["height"],
        heading=Heading(**heading),
        facts=Facts(**(raw["facts"] | {"box": Box(*raw["facts"]["box"])})),
        lines=tuple(Line(**(line | {"box": Box(*line["box"])})) for line in raw["lines"]),
        rules=tuple(Box(*box) for box in raw["rules"]),
        matrix=Box(*raw["matrix"]),
        bars=Box(*raw["bars"]),
        digits=Box(*raw["digits"]),
        digits_size=raw["digits_size"],
    )
