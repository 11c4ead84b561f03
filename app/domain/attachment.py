"""What may be attached to an item: pictures and papers, known by their content, never run.

A name is only shown: it is cleaned of everything that a file system or a shell could take amiss.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from app.domain.errors import DomainError
from app.domain.pdf_actions import runs_something
from app.i18n import _

MAX_SIZE: Final = 5 * 1024 * 1024
"""Largest attachment in bytes: it lies in the database and in every backup."""
MOST: Final = 12
"""Attachments of one item."""
_MARKS: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"%PDF-", "application/pdf", ".pdf"),
)
_UNSAFE: Final = re.compile(r'[<>:"/\\|?*]+')
_DEVICES: Final = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[0-9¹²³])(?:\..*)?", re.IGNORECASE)
"""Names that Windows keeps for devices, whatever their ending."""
_LONGEST: Final = 80
_MEGABYTE: Final = 1024 * 1024


def media_of(content: bytes) -> str:
    """The kind of a file by its first bytes.

    Raises:
        DomainError: Empty, too large, neither PNG, JPEG nor PDF, or a PDF that runs something.
    """
    if not content:
        raise DomainError("attachment.empty", _("这个文件是空的。请重新选择。"))
    if len(content) > MAX_SIZE:
        raise DomainError(
            "attachment.large",
            _(
                "附件最大 {limit} MB，这个有 {size} MB。请压缩图片或减少页数。",
                limit=MAX_SIZE // _MEGABYTE,
                size=-(-len(content) // _MEGABYTE),
            ),
        )
    for mark, media, _ending in _MARKS:
        if content.startswith(mark):
            _refuse_actions(content, media)
            return media
    raise DomainError(
        "attachment.kind", _("只能附 PNG、JPEG 图片或 PDF，按内容识别，改后缀没有用。")
    )


def _refuse_actions(content: bytes, media: str) -> None:
    if media == "application/pdf" and runs_something(content):
        raise DomainError(
            "attachment.runs",
            _("这个 PDF 里带有脚本或要启动程序的动作。请打印成新的 PDF，或拍照后再附。"),
        )


def ending(media: str) -> str:
    """The file name's ending for a kind: ``.png``."""
    return next(end for _mark, known, end in _MARKS if known == media)


def shown_name(name: str) -> str:
    """A file's name without its folder, and without what a file system or a screen takes amiss."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    plain = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    return _UNSAFE.sub(" ", plain)


def clean_name(name: str, media: str) -> str:
    r"""A name that is safe to show and to save under, with the ending that fits the content.

    >>> clean_name("..\\..\\证书:1.exe", "application/pdf")
    '证书 1.pdf'
    """
    shown = shown_name(name)
    stem = " ".join((shown.rpartition(".")[0] or shown).split()).strip(". -")[:_LONGEST]
    if _DEVICES.fullmatch(stem):
        stem = f"{stem}_"
    return f"{stem or _('附件')}{ending(media)}"
