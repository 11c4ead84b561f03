"""What is done with an opened kit: it is used up, past its days, or was opened by mistake."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from app.domain.ids import new_op
from app.i18n import _
from app.services.consumption.reagent_back import TakeBackKit, take_back_kit
from app.services.consumption.reagent_listing import KitRow
from app.services.consumption.reagents import CloseKit, close_kit
from app.ui.page import Page
from app.ui.widgets.dialogs import Question, ReasonForm, confirm

ECHO_MS = 2_000
"""The same code read twice within this time is the scanner's echo: no second kit is opened."""
_OPEN = {"open", "held", "late"}


class Kits(QObject):
    """Asks, and carries it out.

    Args:
        page: The page.
        parent: The view, over which questions stand.
        done: Called with what happened and its kit, in words.
        failed: Called with the refusal.
    """

    def __init__(
        self,
        page: Page,
        parent: QWidget,
        done: Callable[[str, str], None],
        failed: Callable[[Exception], None],
    ) -> None:
        super().__init__(parent)
        self._page, self._parent, self._done, self._failed = page, parent, done, failed
        self.reason: ReasonForm | None = None

    def ask_close(self, kit: object) -> None:
        """Ask whether a kit is empty or past its days."""
        if not isinstance(kit, KitRow) or kit.state not in _OPEN:
            return
        how = "expired" if kit.state == "late" else "finished"
        word = _("登记过期") if how == "expired" else _("登记用完")
        question = Question(
            _("{word}：{name} {lot}", word=word, name=kit.name, lot=kit.lot_no),
            _("还剩 {n} 个测试没做，登记后算浪费，不能再计数。", n=kit.tests - kit.used), word,
        )  # fmt: skip
        db, actor = self._page.context.db, self._page.context.actor
        command = CloseKit(new_op(), kit.org_id, kit.kit_id, how)

        def closed(_wasted: int) -> None:
            self._done(_("已登记"), f"{kit.name} {kit.lot_no}")

        def go_on() -> None:
            self._page.write(lambda: close_kit(db, actor, command), closed, self._failed)

        confirm(self._parent, question, go_on)

    def ask_back(self, kit: object) -> bool:
        """Ask why a kit goes back; False where there is none that could."""
        if not isinstance(kit, KitRow) or kit.state not in _OPEN:
            return False
        title = _("撤销开盒：{name} {lot}", name=kit.name, lot=kit.lot_no)
        effect = _("这一盒回到原来的库存；开盒时结算过的，一起冲销。做过测试的不能撤销。")
        form = ReasonForm(title, effect, _("撤销开盒"), self._parent, least=2)
        form.accepted.connect(lambda: self._back(kit, form.text))
        self.reason = form
        form.open()
        return True

    def _back(self, kit: KitRow, why: str) -> None:
        db, actor = self._page.context.db, self._page.context.actor
        command = TakeBackKit(new_op(), kit.org_id, kit.kit_id, why)

        def taken_back(_no: str) -> None:
            self._done(_("已撤销开盒"), f"{kit.name} {kit.lot_no}")

        self._page.write(lambda: take_back_kit(db, actor, command), taken_back, self._failed)


class Echo(QObject):
    """Knows a code that was read a moment ago."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._code = ""
        self._calm = QTimer(self, singleShot=True, interval=ECHO_MS)

    def hears(self, code: str) -> bool:
        """Whether this is the code of a moment ago; it is remembered."""
        again = code == self._code and self._calm.isActive()
        self._code = code
        self._calm.start()
        return again

    def forget(self) -> None:
        """What was read led to nothing and may be read again at once."""
        self._code = ""
