"""Text for people: one function `_`, message ids in Simplified Chinese.

The Chinese text is the message id, so the program reads as the pharmacist sees it; the English
catalogue lies in `resources/locale/en`. Parameters are given by name and filled in after the
translation, never before: ``_("还差 {left} 盒", left=40)``. Where English has one word for one and
another for more, its text names both behind the number: ``{left} {left:box|boxes} to go``.
"""

from __future__ import annotations

import gettext
import string
from typing import Any, Final

from typing_extensions import override

from app import paths

DOMAIN: Final = "yilian"
LANGUAGES: Final = {"zh_CN": "简体中文", "en": "English"}


class _Counting(string.Formatter):
    """Fills texts in; ``{n:line|lines}`` is the first word if `n` reads 1, else the second."""

    @override
    def format_field(self, value: Any, format_spec: str) -> str:
        one, mark, more = format_spec.partition("|")
        if mark:
            return one if str(value) == "1" else more
        return str(super().format_field(value, format_spec))


_COUNTING: Final = _Counting()


class _Catalogue:
    """The language in force; one per process, set once at start or from the settings page."""

    def __init__(self) -> None:
        self.language = "zh_CN"
        self.translations: gettext.NullTranslations = gettext.NullTranslations()


_current = _Catalogue()


def use_language(language: str) -> None:
    """Switch all later texts to `language` (`zh_CN` or `en`); unknown languages mean Chinese."""
    folder = paths.resources() / "locale"
    _current.language = language if language in LANGUAGES else "zh_CN"
    if _current.language == "zh_CN":
        _current.translations = gettext.NullTranslations()
    else:
        _current.translations = gettext.translation(
            DOMAIN, folder, [_current.language], fallback=True
        )


def language() -> str:
    """The language in force."""
    return _current.language


def _(message: str, /, **parameters: object) -> str:
    """`message` in the language in force, with its named parameters filled in."""
    text = _current.translations.gettext(message)
    if not parameters:
        return text
    return _COUNTING.vformat(text, (), parameters) if "|" in text else text.format(**parameters)


def sentences(*parts: str) -> str:
    """Whole sentences one after the other: with a blank between them in English, none in Chinese.

    >>> sentences("已保存。", "", "还有 2 行。")
    '已保存。还有 2 行。'
    """
    blank = "" if _current.language == "zh_CN" else " "
    return blank.join(part.strip() for part in parts if part.strip())


def N_(message: str, /) -> str:  # noqa: N802 - the name that gettext tools look for
    """Mark `message` for translation without translating it yet (for tables of constants)."""
    return message
