"""Trace code files as XML: any element with a code and the code of what it lies in.

Two forms are in use: ``<Code curCode=… parentCode=…>`` below a ``<Batch batchNo=… validateDate=…
madeDate=…>``, and cases that hold their packs as nested elements with a ``code`` attribute.
"""

from __future__ import annotations

import re
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
_BATCH: Final = (*_LOT, *_EXPIRY, *_MADE)
_MOST_BYTES: Final = 60_000_000
_MOST_PARTS: Final = 1_500_000
"""Elements and attributes of a file, each some 200 bytes in memory: half a million packs."""
_STATED: Final = re.compile(rb"""<\?xml[^>]{1,100}?encoding\s*=\s*["']([\w.-]{1,40})["']""")
_OURS: Final = {"gbk", "gb2312", "gb18030", "cp936"}
"""Encodings that the parser does not know and Chinese programs write."""
_THEIRS: Final = {"utf-8", "utf8", "utf-16", "us-ascii", "iso-8859-1"}


@dataclass(frozen=True, slots=True)
class TraceRow:
    """A code, what it lies in, and what the file says of its lot; all as written."""

    number: int
    code: str
    parent: str
    lot: str
    expiry: str
    produced: str


class _DeclaresError(Exception):
    """The file declares entities of its own."""


class _Tree(ET.TreeBuilder):
    """The elements of a file that declares nothing of its own."""

    def doctype(self, *_stated: object) -> None:
        """Entities of its own can unfold to gigabytes, whatever the encoding hides."""
        raise _DeclaresError


def read_trace_xml(path: Path) -> tuple[TraceRow, ...]:
    """All codes of a trace file that lie in another.

    Raises:
        DomainError: It is no XML, holds too much, or declares entities of its own.
        EnvironmentProblem: The file cannot be read.
    """
    content = local_files.read(path, _MOST_BYTES)
    if content.count(b"<") + content.count(b"=") > _MOST_PARTS:
        words = _("{file} 里的内容太多，一次读不下。请按批次或箱分成几个文件。", file=path.name)
        raise DomainError("trace.large", words)
    try:
        root = _parsed(path, content)
    except _DeclaresError as error:
        raise DomainError(
            "trace.xml", _("{file} 不像追溯码文件。请向供应商要关联关系文件。", file=path.name)
        ) from error
    except ET.ParseError as error:
        raise DomainError(
            "trace.xml", _("{file} 读不通：{why}。请重新下载。", file=path.name, why=error)
        ) from error
    return tuple(TraceRow(number, *values) for number, values in enumerate(_walk(root), 1))


def _parsed(path: Path, content: bytes) -> ET.Element:
    """The outermost element, read in the encoding that the file states."""
    found = _STATED.match(content)
    stated = found[1].decode("ascii").lower() if found else "utf-8"
    if stated not in _OURS | _THEIRS:
        words = _(
            "{file} 写明的编码 {stated} 不认识。请另存为 UTF-8 后重试。",
            file=path.name, stated=stated,
        )  # fmt: skip
        raise DomainError("trace.encoding", words)
    if stated in _OURS:
        try:
            content = content.decode("gb18030").encode()
        except UnicodeDecodeError:
            words = _("{file} 写明是 GBK 编码，内容却不是。请重新下载。", file=path.name)
            raise DomainError("trace.encoding", words) from None
    parser = ET.XMLParser(  # noqa: S314 - no DOCTYPE, so no entities: the target refuses it
        target=_Tree(), encoding="utf-8" if stated in _OURS else None
    )
    parser.feed(content)
    root: ET.Element = parser.close()
    return root


def _walk(root: ET.Element) -> Iterator[tuple[str, str, str, str, str]]:
    """Codes in the order of the file; batch facts come from the nearest element that states them.

    Without recursion, as elements may lie in each other as often as there is room in a file.
    """
    waiting: list[tuple[ET.Element, Mapping[str, str], str]] = [(root, {}, "")]
    while waiting:
        element, batch, outer = waiting.pop()
        own = _stated(element)
        known = dict(batch) | {key: own[key] for key in _BATCH if key in own}
        code = _first(own, _CODE)
        parent = _first(own, _PARENT) or outer
        if code and parent and parent not in {"0", code}:
            yield code, parent, _first(known, _LOT), _first(known, _EXPIRY), _first(known, _MADE)
        waiting.extend((child, known, code or outer) for child in reversed(element))


def _stated(element: ET.Element) -> dict[str, str]:
    """What an element says in its attributes and in the leaves right below it."""
    own = {key.rpartition("}")[2].lower(): value.strip() for key, value in element.attrib.items()}
    own |= {
        child.tag.rpartition("}")[2].lower(): (child.text or "").strip()
        for child in element
        if len(child) == 0 and (child.text or "").strip() and not child.attrib
    }
    return own


def _first(values: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((values[name] for name in names if values.get(name)), "")
