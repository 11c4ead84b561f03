"""机构: lead, members and suppliers; added and changed by the lead's administrator."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit
from typing_extensions import override

from app.domain.days import day_or_none
from app.domain.duties import Duty
from app.domain.ids import new_op
from app.i18n import _
from app.services.platform import organisations as service
from app.services.platform.organisations import (
    KINDS,
    ROLES,
    AddOrganisation,
    ChangeOrganisation,
    OrganisationFacts,
    OrganisationRow,
)
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.pages.settings.kit import ListSection, SaveForm, line_field
from app.ui.pages.settings.section import Section
from app.ui.status import Status
from app.ui.tables.cells import Pill, Row, Two
from app.ui.tables.columns import Column, Kind
from app.ui.widgets.buttons import Kind as ButtonKind
from app.ui.widgets.fields import CodeEdit, Field, Select


class OrganisationsSection(ListSection):
    """All organisations, with the term of their membership."""

    def __init__(self, context: PageContext) -> None:
        texts = (
            _("机构"),
            _("牵头单位、成员单位和供应商。新增成员时会自动建好药库、待验、不合格、退货四个库位。"),
            _("还没有机构。"),
        )
        super().__init__(context, texts, _columns())
        self._may = context.actor.has(Duty.ADMIN)
        if self._may:
            self.button(_("新增成员"), lambda: self.add("member"), ButtonKind.PRIMARY)
            self.button(_("新增供应商"), lambda: self.add("supplier"))
            self.button(_("修改"), self.change)
            self.table.opened.connect(lambda _row: self.change())

    @override
    def refresh(self) -> None:
        """Ask which organisations there are."""
        db = self.context.db
        self.ask(lambda: tuple(_row(row) for row in service.organisations(db)))

    def add(self, role: str) -> OrganisationForm:
        """Ask for a new organisation."""
        return self._open(OrganisationForm(self, role))

    def change(self) -> None:
        """Ask for other facts of the chosen organisation."""
        row = self.record(OrganisationRow)
        if row is not None:
            self._open(OrganisationForm(self, row.role, row))

    def _open(self, form: OrganisationForm) -> OrganisationForm:
        def saved() -> None:
            words = _("机构已保存。新机构要重新登录后才出现在机构选择里。")
            self.context.notices.done(words)
            self.context.changes.announce({Topic.PEOPLE, Topic.SETTINGS})
            self.refresh()

        form.saved.connect(saved)
        form.open()
        return form


class OrganisationForm(SaveForm):
    """The facts of one organisation."""

    def __init__(self, section: Section, role: str, row: OrganisationRow | None = None) -> None:
        title = row.facts.name if row else _("新增{role}", role=_(ROLES[role]))
        super().__init__(section, title, _("保存"), wide=560)
        facts = row.facts if row else OrganisationFacts("")
        self._role, self._row, self._op = role, row, new_op()
        self.code = line_field(
            _("编码"), row.code if row else "", _("四位数字，印在标签上"), fixed=row is not None
        )
        self.name = line_field(_("单位名称"), facts.name)
        self.short = line_field(_("简称"), facts.short, _("表格里显示"))
        kinds = [(key, _(words)) for key, words in KINDS.items() if key != "supplier"]
        self.kind = Select(kinds if role != "supplier" else [("supplier", _("供应商"))])
        self.kind.choose(facts.kind)
        self.uscc = line_field(_("统一社会信用代码"), facts.uscc, _("可以以后再填"))
        self.licence = line_field(
            _("执业许可证登记号"), facts.licence, _("22 位，照《医疗机构执业许可证》")
        )
        self.insurer = line_field(_("医保定点代码"), facts.insurer, _("H 或 P 加 11 位数字"))
        self.legal = line_field(_("法人单位编码"), facts.legal, _("同一法人时填对方编码"))
        self.mode = line_field(_("采购方式"), facts.mode, _("如 平台挂网"))
        self.address = line_field(_("地址"), facts.address)
        self.contact = line_field(_("联系人"), facts.contact)
        self.phone = line_field(_("电话"), facts.phone)
        ends = row.valid_to.isoformat() if row and row.valid_to else ""
        self.ends = Field(_("退出集团日期"), CodeEdit(ends), hint=_("在集团里就留空"))
        self.add(self.code, self.short)
        self.add(self.name)
        self.add(Field(_("类型"), self.kind), self.uscc)
        if role != "supplier":
            self.add(self.licence, self.insurer)
        self.add(self.mode, self.legal)
        self.add(self.address)
        self.add(self.contact, self.phone)
        if row is not None and role != "lead":
            self.add(self.ends)
        first = self.name if row else self.code
        if isinstance(first.editor, QLineEdit):
            first.editor.setFocus()

    @override
    def work(self) -> Callable[[], object]:
        facts = OrganisationFacts(
            name=self.name.text,
            short=self.short.text,
            kind=str(self.kind.value),
            uscc=self.uscc.text,
            mode=self.mode.text,
            address=self.address.text,
            phone=self.phone.text,
            contact=self.contact.text,
            legal=self.legal.text,
            licence=self.licence.text,
            insurer=self.insurer.text,
        )
        db, actor = self.section.context.db, self.section.context.actor
        row, op = self._row, self._op
        if row is None:
            added = AddOrganisation(op, self.code.text, self._role, facts)
            return lambda: service.add_organisation(db, actor, added)
        changed = ChangeOrganisation(new_op(), row.id, facts, day_or_none(self.ends.text))
        return lambda: service.change_organisation(db, actor, changed)


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="code", title=_("编码"), width=70, sortable=True),
        Column(key="name", title=_("名称 / 简称"), kind=Kind.TWO_LINE, width=240, stretch=True),
        Column(key="role", title=_("身份"), kind=Kind.PILL, width=120),
        Column(key="kind", title=_("类型"), width=150),
        Column(key="people", title=_("人员"), kind=Kind.NUMBER, width=64),
        Column(key="places", title=_("库位"), kind=Kind.NUMBER, width=64),
        Column(key="term", title=_("期限"), width=170),
    )


def _row(row: OrganisationRow) -> Row:
    status = {"lead": Status.LOCK, "member": Status.OK, "supplier": Status.INFO}[row.role]
    if not row.in_force:
        status = Status.MUTE
    until = row.valid_to.isoformat() if row.valid_to else _("至今")
    cells = (
        row.code,
        Two(row.facts.name, row.facts.short),
        Pill(status, _(ROLES[row.role])),
        _(KINDS[row.facts.kind]),
        str(row.people),
        str(row.places) if row.role != "supplier" else "—",
        f"{row.valid_from.isoformat()} – {until}",
    )
    return Row(row.id, cells, row)
