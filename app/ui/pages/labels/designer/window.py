"""The designer: tools above, the label in the middle, properties at the right, the check below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout
from typing_extensions import override

from app.domain.errors import Problem
from app.domain.ids import new_op
from app.domain.labels.design.editing import Editor
from app.domain.labels.design.parts import Design
from app.domain.labels.design.samples import Sample, samples
from app.domain.labels.spec import LabelSpec
from app.i18n import _
from app.services.labels import designs
from app.services.labels.designs import Kept, SaveDesign
from app.ui import theme
from app.ui.page import Page
from app.ui.pages.labels.designer.canvas import DesignCanvas
from app.ui.pages.labels.designer.side import SidePanel
from app.ui.pages.labels.designer.tools import Tools
from app.ui.status import Status
from app.ui.widgets.badge import Badge
from app.ui.widgets.buttons import Button
from app.ui.widgets.cards import toolbar
from app.ui.widgets.dialogs import Form, Question, confirm
from app.ui.widgets.fields import Select
from app.ui.widgets.text import Role, Text

_WAIT_MS: Final = 250


class DesignerForm(Form):
    """Make or change a label template.

    Signals:
        saved: The template as kept (`Kept`).
    """

    saved = Signal(object)

    def __init__(
        self, screen: Page, org_id: int, kept: Kept, goods: Sequence[LabelSpec] = ()
    ) -> None:
        super().__init__(_("标签模板"), _("保存"), screen, wide=1080)
        self._screen = screen
        self._org_id = org_id
        self._kept = kept
        self._op = new_op()
        self.editor = Editor(kept.design, saved=kept.design if kept.id else None)
        self._samples = _test_data(kept.design, goods)
        self.canvas = DesignCanvas(self.editor, self._samples[0].spec)
        self.side = SidePanel(self.editor)
        self.tools = Tools(self.editor, self)
        self.trial = Select([(one.key, one.title) for one in self._samples])
        self.badge = Badge(Status.MUTE, "")
        self.note = Text("", Role.LABEL, wrap=True)
        self._fitted = True
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WAIT_MS)
        self._timer.timeout.connect(self._check)
        self._lay_out()
        self._connect()
        self.resize(theme.px(1180), min(screen.window().height() - 60, theme.px(690)))
        self._changed()

    # -- what it looks like -----------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.area = QScrollArea()
        self.area.setWidget(self.canvas)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        middle, left = QHBoxLayout(), QVBoxLayout()
        middle.setSpacing(12)
        left.setSpacing(6)
        left.addWidget(self.area, 1)
        left.addLayout(toolbar(self.badge, self.note, spacing=10))
        middle.addLayout(left, 1)
        middle.addWidget(self.side)
        self.body.addLayout(
            toolbar(*self.tools.widgets(self.zoom), None, Text(_("试样"), Role.SECOND),
                    self.trial, spacing=6)
        )  # fmt: skip
        self.body.addLayout(middle, 1)
        hint = _("方向键 0.1 mm · Shift 1 mm · Ctrl 改大小 · Tab 下一个 · 空格 多选 · Ctrl+R 转向")
        self.buttons.insertWidget(0, Text(hint, Role.HELP))
        self.as_new = Button(_("另存为新模板"))
        self.as_new.setVisible(bool(self._kept.id))
        self.buttons.insertWidget(self.buttons.count() - 1, self.as_new)
        self.verb.setDefault(False)  # Enter in a field takes its value, nothing more

    def _connect(self) -> None:
        self.canvas.changed.connect(self._dragged)
        self.canvas.chose.connect(self.side.show_chosen)
        self.side.changed.connect(self._changed)
        self.trial.activated.connect(lambda _place: self._other_trial())
        self.as_new.clicked.connect(lambda: self.hand_over(self.save_as_new))
        self.tools.changed.connect(self._other_design)
        self.tools.added.connect(self.canvas.setFocus)
        self.tools.listen(self)
        QShortcut(QKeySequence.StandardKey.Save, self, self.press)

    # -- what is done -----------------------------------------------------------------------------

    def _other_design(self) -> None:
        self.side.show_chosen()
        self._changed()

    def zoom(self, factor: float) -> None:
        """Larger or smaller; 0 shows the whole label."""
        self._fitted = not factor
        if factor:
            self.canvas.set_scale(self.canvas.scale * factor)
        else:
            self.canvas.set_scale(self.canvas.fitting(self.area.viewport().size()))

    @property
    def spec(self) -> LabelSpec:
        """The test data on the label."""
        found = next((one for one in self._samples if one.key == self.trial.value), None)
        return (found or self._samples[0]).spec

    def _other_trial(self) -> None:
        self.canvas.spec = self.spec
        self._changed()

    # -- following --------------------------------------------------------------------------------

    def _dragged(self) -> None:
        self.side.show_values()
        self._later()

    def _changed(self) -> None:
        """The design is another one: draw it, and read its codes back a moment later."""
        if self.canvas.spec.kind is not self.editor.design.kind:
            self._samples = _test_data(self.editor.design, ())
            self.trial.set_entries([(one.key, one.title) for one in self._samples])
            self.canvas.spec = self.spec
        self.canvas.redraw()
        if self._fitted:
            self.zoom(0)
        self._later()

    def _later(self) -> None:
        self.badge.show_status(Status.MUTE, _("正在自检…"))
        self._timer.start()

    def _check(self) -> None:
        design, trial = self.editor.design, (self.spec,)
        self._screen.read(
            lambda: designs.check(design, trial), self._checked, self._not_checked, channel="design"
        )

    def _checked(self, problems: tuple[Problem, ...]) -> None:
        blocking = [one for one in problems if one.blocks]
        self.canvas.show_faults(frozenset(one.column for one in blocking))
        first = next(iter(blocking or problems), None)
        self.note.setText(first.text if first else "")
        self.badge.show_status(*_verdict(len(blocking), len(problems)))

    def _not_checked(self, error: Exception) -> None:
        self.note.setText(str(error))
        self.badge.show_status(Status.BAD, _("还不能自检"))

    # -- saving -----------------------------------------------------------------------------------

    @override
    def submit(self) -> None:
        """Keep the design as a new version; what is wrong is said below the label."""
        self._save(self.editor.design, self._kept.id, self._kept.version)

    def save_as_new(self) -> None:
        """Keep the design as a template of its own."""
        self.canvas.setFocus()
        design = self.editor.design
        if design.name == self._kept.design.name:
            design = replace(design, name=_("{name} 副本", name=design.name))
        self._save(design, 0, 0)

    def _save(self, design: Design, design_id: int, version: int) -> None:
        self.canvas.setFocus()  # a field that is being typed in gives its value first
        if design_id:
            design = self.editor.design
        command = SaveDesign(self._op, self._org_id, design, design_id, version, trial=(self.spec,))
        db, actor = self._screen.context.db, self._screen.context.actor
        self.verb.setEnabled(False)
        self._screen.write(lambda: designs.save(db, actor, command), self._kept_now, self._refused)

    def _kept_now(self, kept: Kept) -> None:
        self.editor.saved = self.editor.design
        self.saved.emit(kept)
        self.accept()

    def _refused(self, error: Exception) -> None:
        self.verb.setEnabled(True)
        self._op = new_op()
        self.badge.show_status(Status.BAD, _("还没保存"))
        self.note.setText(getattr(error, "text", str(error)))

    @override
    def reject(self) -> None:
        """Close; unsaved work is asked about first."""
        if not self.editor.changed:
            super().reject()
            return
        question = Question(
            _("还没保存"), _("关掉以后，这次对模板的修改就没有了。"), _("不保存，关掉"),
            _("接着改"), danger=True,
        )  # fmt: skip
        confirm(self, question, super().reject)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        QTimer.singleShot(0, lambda: self.zoom(0))
        self.canvas.setFocus(Qt.FocusReason.ActiveWindowFocusReason)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitted:
            self.zoom(0)


def _test_data(design: Design, goods: Sequence[LabelSpec]) -> tuple[Sample, ...]:
    """The usual test data, and goods that were chosen on the page."""
    known = samples(design.kind)
    mine = tuple(
        Sample(f"goods {number}", f"{one.name} {one.lot}".strip(), one)
        for number, one in enumerate(goods[:10])
        if one.kind is design.kind
    )
    return (*known, *mine)


def _verdict(blocking: int, all_problems: int) -> tuple[Status, str]:
    if blocking:
        return Status.BAD, _("{n} 处不能用", n=blocking)
    if all_problems:
        return Status.WARN, _("能用，{n} 处要留意", n=all_problems)
    return Status.OK, _("条码都能读回，文字都放得下")
