"""外观: text size, light or dark, language; each takes effect at once."""

from __future__ import annotations

from typing_extensions import override

from app import i18n
from app.i18n import _
from app.ui import theme
from app.ui.actions import Act
from app.ui.context import PageContext
from app.ui.pages.settings.section import Section
from app.ui.widgets.fields import Select


class LookSection(Section):
    """How the program looks on this computer."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, _("外观"), _("只改这台电脑，马上生效。"))
        sizes = [(size, _(title)) for size, title in theme.DENSITY_TITLES.items()]
        self.density = Select(sizes)
        self.density.choose(theme.density())
        self.density.currentIndexChanged.connect(self._set_density)
        self.row(
            _("文字大小"), self.density, _("药房窗口建议用大字号。Ctrl + = 放大，Ctrl + − 缩小。")
        )
        self.dark = Select([(False, _("浅色")), (True, _("深色"))])
        self.dark.choose(theme.is_dark())
        self.dark.currentIndexChanged.connect(self._set_dark)
        self.row(_("明暗"), self.dark, _("夜班可用深色。Ctrl+Shift+D 切换。"))
        self.language = Select(list(i18n.LANGUAGES.items()))
        self.language.choose(i18n.language())
        self.language.currentIndexChanged.connect(self._set_language)
        self.row(_("语言"), self.language, _("切换时会重新打开窗口，没保存的内容会先提醒。"))

    @override
    def refresh(self) -> None:
        """Show what is in force (it may have been changed by a key)."""
        for select, value in (
            (self.density, theme.density()),
            (self.dark, theme.is_dark()),
            (self.language, i18n.language()),
        ):
            select.blockSignals(True)
            select.choose(value)
            select.blockSignals(False)

    def _set_density(self) -> None:
        if isinstance(self.density.value, theme.Density):
            self.context.set_look("density", self.density.value.value)

    def _set_dark(self) -> None:
        if self.dark.value is not theme.is_dark():
            self.context.perform(Act.DARK)

    def _set_language(self) -> None:
        if self.language.value != i18n.language():
            self.context.perform(Act.LANGUAGE)
