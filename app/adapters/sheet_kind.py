"""What a file really is, whatever its name says: systems and people name files as they like.

Many hospital systems export a web page under the name .xls; a PDF or a picture is renamed in the
hope that it can be read. What can be read is read, and of the rest it is said what it is.
"""

from __future__ import annotations

from typing import Final, Literal

from app.domain.errors import DomainError
from app.i18n import N_, _

Kind = Literal["workbook", "text"]
_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOOK_AT: Final = 2048
_PICTURES: Final = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM")
_PAGES: Final = (b"<html", b"<!doctype", b"<table", b"<meta", b"<head", b"<style")
_SHEET_XML: Final = b"urn:schemas-microsoft-com:office:spreadsheet"
_EMPTY: Final = N_("{name} 是空文件，一个字也没有。请从原系统重新导出。")
_PDF: Final = N_("{name} 是 PDF，里面的表读不出来。请从原系统导出 Excel 或 CSV。")
_PICTURE: Final = N_("{name} 是图片，里面的表读不出来。请从原系统导出 Excel 或 CSV。")
_PAGE: Final = N_(
    "{name} 其实是网页，有些系统导出的 .xls 就是这样。请用 Excel 打开，另存为 .xlsx 再导入。"
)


def kind_of(content: bytes, name: str, stated: Kind) -> Kind:
    """How a file is to be read: by what is in it, and by its name where that does not tell.

    Args:
        content: The file.
        name: Its name, for the sentence.
        stated: What its name says it is.

    Raises:
        DomainError: It is empty, a PDF, a picture or a web page: what it is and what to do.
    """
    start = content[:_LOOK_AT].lstrip(b"\xef\xbb\xbf \t\r\n")
    refused = _refused(start, content)
    if refused:
        code = "file.other" if content else "file.empty"
        raise DomainError(code, _(refused, name=name))
    if start.startswith((_ZIP, _OLE)):
        return "workbook"
    if stated == "workbook" and b"\0" not in content[:_LOOK_AT] and _is_text(content):
        return "text"
    return stated


def _refused(start: bytes, content: bytes) -> str:
    if not content:
        return _EMPTY
    if start.startswith(b"%PDF"):
        return _PDF
    if start.startswith(_PICTURES[:3]) or (start.startswith(_PICTURES[3]) and b"\0" in start):
        return _PICTURE
    if start.lower().startswith(_PAGES) or _SHEET_XML in start:
        return _PAGE
    return ""


def _is_text(content: bytes) -> bool:
    """Whether lines of a table stand in it in plain characters."""
    for encoding in ("utf-8", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return any(sign in text for sign in ",\t;|")
    return False
