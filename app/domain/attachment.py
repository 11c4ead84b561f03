"""What may be attached to an item: pictures and papers, known by their content, never run.

A name is only shown: it is cleaned of everything that a file system or a shell could take amiss.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from app.domain.errors import DomainError
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
_LONGEST: Final = 80
_MEGABYTE: Final = 1024 * 1024


def media_of(content: bytes) -> str:
    """The kind of a file by its first bytes.

    Raises:
        DomainError: Empty, too large, or neither PNG, JPEG nor PDF.
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
            return media
    raise DomainError(
        "attachment.kind", _("只能附 PNG、JPEG 图片或 PDF，按内容识别，改后缀没有用。")
    )


def ending(media: str) -> str:
    """The file name's ending for a kind: ``.png``."""
    return next(end for _mark, known, end in _MARKS if known == media)


def clean_name(name: str, media: str) -> str:
    r"""A name that is safe to show and to save under, with the ending that fits the content.

    >>> clean_name("..\\..\\证书:1.exe", "application/pdf")
    '证书 1.pdf'
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    stem = _UNSAFE.sub(" ", shown).rpartition(".")[0] or _UNSAFE.sub(" ", shown)
    stem = " ".join(stem.split()).strip(". ")[:_LONGEST]
    return f"{stem or _('附件')}{ending(media)}"
