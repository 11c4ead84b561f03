"""Trace code files that mean harm: deep, wide, in odd encodings, with entities (T28, T30)."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.adapters.trace_xml import read_trace_xml
from app.domain.errors import DomainError

PACK = '<Code curCode="81000000000000000002" parentCode="81000000000000000001"/>'


def refused(path: Path, content: bytes) -> DomainError:
    path.write_bytes(content)
    with pytest.raises(DomainError) as refusal:
        read_trace_xml(path)
    assert path.name in refusal.value.text
    return refusal.value


def test_a_pack_that_lies_in_a_thousand_elements_is_read(tmp_path: Path) -> None:
    path = tmp_path / "深.xml"
    path.write_text("<a>" * 100_000 + PACK + "</a>" * 100_000)
    (row,) = read_trace_xml(path)
    assert (row.code, row.parent) == ("81000000000000000002", "81000000000000000001")


def test_a_pack_lies_in_the_nearest_that_has_a_code(tmp_path: Path) -> None:
    """Elements between the two have none."""
    path = tmp_path / "箱.xml"
    pack = "<pack><code>81000000000000000002</code></pack>"
    path.write_text(f'<box code="81000000000000000001"><packs>{pack}</packs></box>')
    assert [(row.code, row.parent) for row in read_trace_xml(path)] == [
        ("81000000000000000002", "81000000000000000001")
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"<r>" + b"<a/>" * 1_500_000 + b"</r>",
        b"<r " + b" ".join(b'a%d="1"' % n for n in range(1_500_001)) + b"/>",
    ],
    ids=["elements", "attributes"],
)
def test_more_than_fits_into_memory_is_refused_unread(tmp_path: Path, content: bytes) -> None:
    """Sixty megabytes of these took over two gigabytes."""
    error = refused(tmp_path / "宽.xml", content)
    assert error.code == "trace.large"
    assert "分成几个文件" in error.text


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16"])
def test_entities_are_refused_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE r [<!ENTITY a "81">]>'
        '<r><Code curCode="&a;2" parentCode="&a;1"/></r>'
    )
    assert refused(tmp_path / "实体.xml", text.encode(encoding)).code == "trace.xml"


@pytest.mark.parametrize("stated", ["GBK", "gb2312", "GB18030"])
def test_files_of_chinese_programs_are_read(tmp_path: Path, stated: str) -> None:
    path = tmp_path / "码.xml"
    text = f'<?xml version="1.0" encoding="{stated}"?><批 batchNo="甲１">{PACK}</批>'
    path.write_bytes(text.encode("gb18030"))
    assert [row.lot for row in read_trace_xml(path)] == ["甲１"]


@pytest.mark.parametrize("stated", ["nonsense", "utf-7", "idna", "zlib", "rot13", "big5"])
def test_an_encoding_that_nobody_writes_is_named(tmp_path: Path, stated: str) -> None:
    content = f'<?xml version="1.0" encoding="{stated}"?><r>{PACK}</r>'.encode("ascii")
    assert stated in refused(tmp_path / "码.xml", content).text


def test_an_encoding_that_is_not_the_file_s_is_said(tmp_path: Path) -> None:
    content = b'<?xml version="1.0" encoding="GBK"?><r a="\xff\xff"/>'
    assert "GBK" in refused(tmp_path / "码.xml", content).text
