"""Electronic seals in the window: seal the open order, check a PDF that somebody sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget
from typing_extensions import override

from app.adapters import local_files
from app.domain.ids import new_op
from app.domain.orders.signing import Decision, Party
from app.domain.sealing import SealCheck
from app.i18n import _
from app.services.db import local_time
from app.services.orders.detail import OrderDetail
from app.services.sealing.checking import CheckedFile, check_file
from app.services.sealing.sealing import Seal, Sealed, seal
from app.ui.changes import Topic
from app.ui.page import Page
from app.ui.status import Status
from app.ui.widgets.badge import Shape
from app.ui.widgets.buttons import Button
from app.ui.widgets.cards import Facts
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import Field
from app.ui.widgets.files import choose_file
from app.ui.widgets.text import Role, Text

_REMEMBERED = "seal.certificate"


def side_to_seal(detail: OrderDetail, signs_for: Callable[[int], bool]) -> Party | None:
    """The side that the person may seal for now: signed in this version, without a seal yet."""
    row = detail.row
    sealed = {one.party for one in detail.seals if one.version == row.version}
    for party, org, signature in (
        (Party.MEMBER, row.org_id, row.member_signature),
        (Party.SUPPLIER, row.supplier_id, row.supplier_signature),
    ):
        signed = signature is not None and signature.decision is Decision.SIGNED
        if signed and party not in sealed and signs_for(org):
            return party
    return None


class SealForm(Form):
    """Which certificate, and its password."""

    def __init__(self, detail: OrderDetail, remembered: str, parent: QWidget) -> None:
        no = detail.row.no
        super().__init__(_("给 {no} 盖电子章", no=no), _("盖章"), parent, wide=480)
        words = _("用本单位的证书给订单和合同 PDF 盖章。盖章后文件改一个字都能查出来，不能撤回。")
        self.body.addWidget(Text(words, Role.BODY, wrap=True))
        self.path = QLineEdit(remembered)
        self.path.setPlaceholderText(_(".p12 或 .pfx 文件"))
        choose = Button(_("选择…"))
        choose.clicked.connect(self._choose)
        self.path_field = Field(_("证书文件"), self.path)
        line = QHBoxLayout()
        line.addWidget(self.path_field, 1)
        line.addWidget(choose)
        self.body.addLayout(line)
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password_field = Field(_("证书密码"), self.password)
        self.body.addWidget(self.password_field)
        (self.password if remembered else self.path).setFocus()

    def _choose(self) -> None:
        kinds = _("证书文件 (*.p12 *.pfx);;所有文件 (*)")
        typed = self.path.text().strip()
        folder = str(Path(typed).parent) if typed else ""
        choose_file(self, _("选证书文件"), self._take, folder, kinds)

    def _take(self, file: Path) -> None:
        self.path.setText(str(file))
        self.password.setFocus()

    @override
    def submit(self) -> None:
        """Both are needed."""
        self.path_field.problem.say(
            "" if Path(self.path.text().strip()).is_file() else _("请选本单位的证书文件。")
        )
        self.password_field.problem.say("" if self.password.text() else _("请输入证书密码。"))
        if Path(self.path.text().strip()).is_file() and self.password.text():
            self.accept()


class CheckedForm(Form):
    """What the check of a file found."""

    def __init__(self, name: str, found: CheckedFile, parent: QWidget) -> None:
        super().__init__(_("验签结果"), _("知道了"), parent, wide=520)
        self.cancel.hide()
        self.body.addWidget(Text(name, Role.HELP, wrap=True))
        self.summary = Text(summary(found), Role.STRONG, wrap=True)
        self._line(Status.OK if found.good else Status.BAD, self.summary)
        for one in found.seals:
            self._seal(one)

    def _line(self, status: Status, text: QWidget) -> None:
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(Shape(status, 22))
        row.addWidget(text, 1)
        self.body.addLayout(row)

    def _seal(self, one: SealCheck) -> None:
        at = local_time(one.sealed_at).strftime("%Y-%m-%d %H:%M") if one.sealed_at else "—"
        facts = Facts()
        facts.show_facts(
            [
                (_("签章人"), f"{one.holder.person} · {one.holder.organisation}"),
                (_("时间"), at),
                (_("结果"), one.words, Status.OK if one.good else Status.BAD),
            ]
        )
        self.body.addWidget(facts)


def summary(found: CheckedFile) -> str:
    """The finding about the whole file as a sentence."""
    if not found.seals:
        return _("这个文件没有电子章。")
    if not found.good:
        return _("这个文件不能信。请向对方要原件，并核对下面的说明。")
    if not found.order_no:
        return _("{n} 个电子章都有效。系统里没有留存这份文件。", n=len(found.seals))
    if not found.newest:
        return _(
            "{n} 个电子章都有效，是 {no} 较早的一份，之后又盖过章或改过版。",
            n=len(found.seals),
            no=found.order_no,
        )
    return _("{n} 个电子章都有效，和系统留存的 {no} 一致。", n=len(found.seals), no=found.order_no)


class Sealing:
    """Seals and checks for the page; `form` is the dialog that is open, for tests."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.form: Form | None = None

    def ask(self, detail: OrderDetail | None) -> None:
        """Ask for the certificate and seal the open order."""
        if detail is None:
            self._page.not_available()
            return
        state = self._page.context.state
        remembered = str(state.get(_REMEMBERED).get("path", ""))
        form = SealForm(detail, remembered, self._page)
        form.accepted.connect(
            lambda: self._seal(detail, form.path.text().strip(), form.password.text())
        )
        self.form = form
        form.open()

    def _seal(self, detail: OrderDetail, path: str, password: str) -> None:
        context, row, op = self._page.context, detail.row, new_op()
        context.state.put(_REMEMBERED, {"path": path})

        def work() -> Sealed:
            data = local_files.read(Path(path))
            command = Seal(op, row.org_id, row.id, row.version, data, password)
            return seal(context.db, context.actor, command)

        self._page.write(work, self._sealed, context.errors.take)

    def _sealed(self, done: Sealed) -> None:
        context = self._page.context
        context.notices.done(
            _("{no} 的订单和合同已盖章：{holder}。", no=done.no, holder=done.holder)
        )
        context.changes.announce({Topic.ORDERS})

    def choose_and_check(self) -> None:
        """Choose a PDF and check it."""
        kinds = _("PDF 文件 (*.pdf)")
        choose_file(self._page, _("选要验签的 PDF"), self.check, kinds=kinds)

    def check(self, path: Path) -> None:
        """Check a file and show what was found."""
        context = self._page.context

        def work() -> CheckedFile:
            return check_file(context.db, context.actor, local_files.read(path))

        def shown(found: CheckedFile) -> None:
            self.form = CheckedForm(path.name, found, self._page)
            self.form.open()

        self._page.read(work, shown, context.errors.take, channel="check")
