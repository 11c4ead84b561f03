"""Which paper: the organisation's own templates, the nudge, the calibration page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from app import paths
from app.domain.labels.sheet import Nudge
from app.domain.labels.template import LabelPaper
from app.i18n import _
from app.services.labels.designs import OWN, papers
from app.services.labels.output import save_calibration
from app.ui.page import Page
from app.ui.pages.labels.designer.templates import TemplatesForm
from app.ui.pages.labels.dialogs import NudgeForm
from app.ui.pages.labels.feed import PreviewFeed
from app.ui.pages.labels.options_card import OptionsCard
from app.ui.pages.labels.view_model import LabelsState


class PaperChoice:
    """What stands behind the card 纸张与打印机."""

    def __init__(
        self, screen: Page, state: LabelsState, options: OptionsCard, feed: PreviewFeed
    ) -> None:
        self._screen, self._state, self._options, self._feed = screen, state, options, feed
        self._wanted = ""
        options.templates_asked.connect(self.templates)
        options.nudge_asked.connect(self.ask_nudge)
        options.calibrate_asked.connect(self.calibrate)

    def remember(self, paper: object) -> object:
        """Keep the key of an own template until it is offered; another one comes back."""
        if isinstance(paper, str) and paper.startswith(OWN):
            self._wanted = paper
            return None
        return paper

    def load(self) -> None:
        """Ask for the organisation's own templates."""
        db, actor, org = self._screen.context.db, self._screen.context.actor, self._state.org_id
        self._screen.read(lambda: papers(db, actor, org), self._loaded, channel="papers")

    def _loaded(self, own: tuple[tuple[str, LabelPaper], ...]) -> None:
        before, state = self._state.options, self._state
        self._options.set_papers(dict(own))
        if self._wanted in dict(own):
            state.options, self._wanted = replace(before, paper=self._wanted), ""
        state.set_own(own, self._screen.context.session.settings.printer_dpi)
        self._show(asking=state.options != before)

    def templates(self) -> None:
        """Show the label templates; the goods in sight are offered as test data."""
        shown = self._feed.specs
        TemplatesForm(self._screen, self._state.org_id, shown, self.load).open()

    def ask_nudge(self) -> None:
        """Let the person shift the print."""

        def take(nudge: Nudge) -> None:
            self._state.options = replace(self._state.options, nudge=nudge)
            self._show(asking=True)

        NudgeForm(self._state.options.nudge, take, self._screen).open()

    def calibrate(self) -> None:
        """Write the calibration page and open it."""
        options = self._state.options
        path = paths.output() / f"calibration-{options.paper.partition(':')[0]}.pdf"
        self._screen.write(lambda: save_calibration(options, path), self._opened)

    def _opened(self, path: Path) -> None:
        def show() -> None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

        words = _("已存到 {path}。", path=path)
        act: Callable[[], None] = show
        self._screen.context.notices.done(words, action=_("打开文件"), act=act)

    def _show(self, *, asking: bool) -> None:
        self._options.show_options(self._state.options)
        if asking:
            self._feed.ask()
