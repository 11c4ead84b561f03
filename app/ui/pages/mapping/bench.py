"""The right side: the chosen row, its candidates beside each other, reasons, and the keys."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedLayout, QWidget

from app.i18n import _
from app.services.mapping.queries import CandidateView, LocalLine, RowView
from app.ui import formats
from app.ui.icons import Icon
from app.ui.pages.mapping import words
from app.ui.pages.mapping.compare_view import CompareView, empty_words
from app.ui.pages.mapping.reasons_view import ReasonsView
from app.ui.status import Status
from app.ui.tables.cells import Pill
from app.ui.widgets.allowing import allow
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import Card, toolbar
from app.ui.widgets.states import StatePanel
from app.ui.widgets.text import ElidedText, Role, Text


class Bench(Card):
    """One row under comparison.

    Attributes:
        candidates: What is shown, an item picked by hand first.
        chosen: Place of the candidate that the keys mean.

    Signals:
        asked: A button was pressed: ``Y``, ``N``, ``M``, ``X`` or ``A``.
        merge_asked: 合并品规 was pressed: the item to keep and the one to give up.
        split_asked: 拆分品规 was pressed: the item of whose rows some mean another.
    """

    asked = Signal(str)
    merge_asked = Signal(object, object)
    split_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent, padding=12)
        self.line: LocalLine | None = None
        self.view: RowView | None = None
        self.candidates: list[CandidateView] = []
        self.chosen = 0
        self.may_merge = False
        self._member = ""
        self.name = Text("", Role.CARD_TITLE)
        self.where = ElidedText("", Role.SECOND)
        self.value = Text("", Role.CARD_TITLE)
        self.merge = Button(_("合并品规"), Kind.LINK)
        self.merge.setToolTip(_("两个品规其实是同一个：停用其中一个，各院的对码一起改过来"))
        self.merge.hide()
        self.merge.clicked.connect(self._ask_merge)
        self.split = Button(_("拆分品规"), Kind.LINK)
        self.split.setToolTip(_("一个品规里混着两种：选出几家的行，改对另一个品规"))
        self.split.hide()
        self.split.clicked.connect(self._ask_split)
        top = toolbar(self.name, self.where, self.merge, self.split, self.value)
        top.setStretch(1, 1)
        self.add(top)
        self.compare = CompareView()
        self.compare.picked.connect(self.choose)
        self.panel = StatePanel()
        place = QWidget()
        self._stack = QStackedLayout(place)
        self._stack.addWidget(self.panel)
        self._stack.addWidget(self.compare)
        self.add(place, 1)
        self.reasons = ReasonsView()
        self.add(self.reasons)
        self.note = Text("", Role.HELP, wrap=True)
        self.request = Button(_("申请新增"), key="A")
        self.aside = Button(_("无对应"), key="X")
        self.refuse = Button(_("驳回"), Kind.DANGER, key="N")
        self.pick = Button(_("手选"), key="M")
        self.take = Button(_("采纳"), Kind.PRIMARY, icon=Icon.CHECK, key="Y")
        foot = toolbar(self.note, self.request, self.aside, self.refuse, self.pick, self.take)
        foot.setStretch(0, 1)
        self.add(foot)
        for button, letter in (
            (self.request, "A"), (self.aside, "X"), (self.refuse, "N"), (self.pick, "M"),
            (self.take, "Y"),
        ):  # fmt: skip
            button.clicked.connect(lambda _on=False, key=letter: self.asked.emit(key))
        self.show_nothing(empty_words())

    @property
    def candidate(self) -> CandidateView | None:
        """The candidate that the keys mean."""
        return self.candidates[self.chosen] if self.chosen < len(self.candidates) else None

    @property
    def rival(self) -> CandidateView | None:
        """Another candidate that is proved as well as the chosen one; None when there is none."""
        found = self.candidate
        if found is None or found.blocked:
            return None
        others = (one for one in self.candidates if one is not found)
        return next((one for one in others if not one.blocked and one.safe and found.safe), None)

    def _ask_merge(self) -> None:
        kept, rival = self.candidate, self.rival
        if kept is not None and rival is not None:
            self.merge_asked.emit(kept, rival)

    def _ask_split(self) -> None:
        if self.candidate is not None:
            self.split_asked.emit(self.candidate)

    def show_nothing(self, text: str, action: str = "", act: object = None) -> None:
        """No row: a sentence, and what to do."""
        self.line, self.view, self.candidates = None, None, []
        self.name.setText("")
        self.where.setText("")
        self.value.setText("")
        self.reasons.show_pills(())
        self.note.setText("")
        self.panel.show_empty(text, action, act if callable(act) else None)
        self._stack.setCurrentWidget(self.panel)
        self._enable()

    def show_row(
        self, line: LocalLine, view: RowView | None, member: str, position: tuple[int, int]
    ) -> None:
        """Show a row at once; its candidates as soon as they are read."""
        self.line, self.view, self._member, self.chosen = line, view, member, 0
        self.candidates = list(view.candidates) if view else []
        self.name.setText(line.name if len(line.name) <= 24 else f"{line.name[:23]}…")  # noqa: PLR2004 - room
        place = _("第 {n} / {all} 项", n=position[0], all=position[1])
        self.where.setText(_("本院编码 {code}", code=line.code) + f" · {place}")
        self.value.setText(formats.yuan(line.value) + _(" / 年") if line.value else "")
        self._stack.setCurrentWidget(self.compare)
        self._show()

    def show_picked(self, local_id: int, found: CandidateView) -> None:
        """An item picked by hand stands first, if the row it was picked for is still here."""
        if self.line is None or self.line.id != local_id:
            return
        others = [one for one in self.candidates if one.item_id != found.item_id]
        self.candidates = [replace(found, rank=0), *others]
        self.chosen = 0
        self._show()

    def struck(self) -> None:
        """The chosen candidate was rejected."""
        del self.candidates[self.chosen]
        self.chosen = min(self.chosen, max(0, len(self.candidates) - 1))
        self._show()

    def choose(self, place: int) -> None:
        """Choose a candidate."""
        if 0 <= place < len(self.candidates):
            self.chosen = place
            self.compare.choose(place)
            self._tell()

    def turn(self, step: int) -> None:
        """Choose the candidate beside."""
        self.choose(self.chosen + step)

    def _show(self) -> None:
        if self.view is None or self.line is None:
            self.compare.show_row(None, ())
            self._tell()
            return
        columns = [
            words.candidate_column(found, _("候选 {n}", n=found.rank) if found.rank else _("手选"))
            for found in self.candidates
        ]
        own = words.own_column(self.view, self._member)
        self.compare.show_row(own, columns, self.chosen)
        self._tell()

    def _tell(self) -> None:
        found = self.candidate
        self._enable()
        if found is None:
            none = self.view is not None
            pill = Pill(
                Status.MUTE,
                _("没有候选。按 M 手选；目录里没有就按 A 申请新增，或按 X 设为无对应。"),
            )
            self.reasons.show_pills((pill,) if none else ())
            self.note.setText("")
            return
        pills = [words.finding_pill(finding) for finding in found.findings]
        if found.learned:
            pills.insert(0, Pill(Status.OK, _("集团里确认过同样写法")))
        order = [Status.BAD, Status.NEAR, Status.WARN, Status.MUTE, Status.INFO, Status.OK]
        pills.sort(key=lambda pill: order.index(pill.status))
        self.reasons.show_pills((*pills, *words.against(self.candidates, found)))
        if found.blocked:
            self.note.setText(_("关键信息不一致，采纳要写明理由。"))
        else:
            unit = (self.line.unit if self.line else "") or found.units.pack
            factor = words.factor_words(unit, found.factor, found.units.base)
            self.note.setText(factor + " · " + _("采纳后 30 天内可撤销"))
        name = _("采纳候选 {n}", n=found.rank) if found.rank else _("采纳手选")
        self.take.setText(name)
        self.take.updateGeometry()

    def _enable(self) -> None:
        known = self.line is not None and self.view is not None
        nothing = _("没有候选。按 M 手选，或按 A 申请新增。") if known else _("先在左边选一行。")
        for button in (self.take, self.refuse):
            allow(button, nothing, when=known and self.candidate is not None)
        for button in (self.pick, self.aside, self.request):
            allow(button, nothing, when=known)
        self.split.setVisible(
            known and self.may_merge and self.candidate is not None and self.candidate.used_by > 0
        )
        self.merge.setVisible(known and self.may_merge and self.rival is not None)
