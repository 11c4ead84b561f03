"""Trace code files as XML: any element with a code and the code of what it lies in.

Two forms are in use: ``<Code curCode=… parentCode=…>`` below a ``<Batch batchNo=… validateDate=…
madeDate=…>``, and cases that hold their packs as nested elements with a ``code`` attribute.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.adapters import local_files
from app.domain.errors import DomainError
from app.i18n import _

_CODE: Final = ("curcode", "code", "tracecode", "sn")
_PARENT: Final = ("parentcode", "parent", "parentsn")
_LOT: Final = ("batchno", "lot", "lotno", "productbatchno")
_EXPIRY: Final = ("validatedate", "validdate", "expiry", "expirydate", "exprieddate")
_MADE: Final = ("madedate", "producedate", "productdate", "productiondate")
_MOST_BYTES: Final = 60_000_000


@dataclass(frozen=True, slots=True)
class TraceRow:
    """A code, what it lies in, and what the file says of its lot; all as written."""

    number: int
    code: str
    parent: str
    lot: str
    expiry: str
    produced: str


def read_trace_xml(path: Path) -> tuple[TraceRow, ...]:
    """All codes of a trace file that lie in another.

    Raises:
        DomainError: It is no XML, or declares entities of its own.
        EnvironmentProblem: The file cannot be read.
    """
    content = local_files.read(path)
    if len(content) > _MOST_BYTES or b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise DomainError(
            "trace.xml", _("{file} 不像追溯码文件。请向供应商要关联关系文件。", file=path.name)
        )
    try:
        root = ET.fromstring(content)  # noqa: S314 - no DOCTYPE, no entities: looked at above
    except ET.ParseError as error:
        raise DomainError(
            "trace.xml", _("{file} 读不通：{why}。请重新下载。", file=path.name, why=error)
        ) from error
    return tuple(TraceRow(number, *values) for number, values in enumerate(_walk(root, {}, ""), 1))


def _walk(
    element: ET.Element, batch: Mapping[str, str], outer: str
) -> Iterator[tuple[str, str, str, str, str]]:
    """Codes below an element; batch facts come from the nearest element that states them."""
    own = {key.rpartition("}")[2].lower(): value.strip() for key, value in element.attrib.items()}
    own |= {
        child.tag.rpartition("}")[2].lower(): (child.text or "").strip()
        for child in element
        if len(child) == 0 and (child.text or "").strip() and not child.attrib
    }
    known = dict(batch) | {key: own[key] for key in (*_LOT, *_EXPIRY, *_MADE) if key in own}
    code = _first(own, _CODE)
    parent = _first(own, _PARENT) or outer
    if code and parent and parent not in {"0", code}:
        yield code, parent, _first(known, _LOT), _first(known, _EXPIRY), _first(known, _MADE)
    for child in element:
        yield from _walk(child, known, code or outer)


def _first(values: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((values[name] for name in names if values.get(name)), "")
