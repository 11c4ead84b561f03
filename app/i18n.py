"""Text for people: one function `_`, message ids in Simplified Chinese.

The Chinese text is the message id, so the program reads as the pharmacist sees it; the English
catalogue lies in `resources/locale/en`. Parameters are given by name and filled in after the
translation, never before: ``_("还差 {left} 盒", left=40)``.
"""

from __future__ import annotations

import gettext
from typing import Final

from app import paths

DOMAIN: Final = "yilian"
LANGUAGES: Final = {"zh_CN": "简体中文", "en": "English"}


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
    return text.format(**parameters) if parameters else text


def N_(message: str, /) -> str:  # noqa: N802 - the name that gettext tools look for
    """Mark `message` for translation without translating it yet (for tables of constants)."""
    return message
