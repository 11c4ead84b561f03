"""库位: stores, zones and bins of one organisation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from typing_extensions import override

from app.domain.duties import Duty
from app.domain.ids import new_op
from app.i18n import _
from app.services.platform import places as service
from app.services.platform.places import (
    KINDS,
    STORAGES,
    ZONES,
    ChangePlace,
    PlaceFacts,
    PlaceLine,
)
from app.services.stock.moving import AddPlace, add_place
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.pages.settings.kit import ListSection, SaveForm, line_field
from app.ui.status import Status
from app.ui.tables.cells import Pill, Row
from app.ui.tables.columns import Column, Kind
from app.ui.widgets.buttons import Kind as ButtonKind
from app.ui.widgets.fields import Check, Field, Select

_ZONE_STATUS = {
    "good": Status.OK, "pending": Status.INFO, "bad": Status.BAD, "returns": Status.NEAR,
    "outgoing": Status.INFO,
}  # fmt: skip


class PlacesSection(ListSection):
    """The places of the chosen organisation."""

    def __init__(self, context: PageContext) -> None:
        texts = (
            _("库位"),
            _("货放在哪里。验收的货先进待验区，合格入药库；库位编码印在货位标签上。"),
            _("这家机构还没有库位。请先新增一个合格品的库房。"),
        )
        super().__init__(context, texts, _columns())
        actor = context.actor
        orgs = [one for one in context.session.orgs if one.role != "supplier"]
        self.org = Select([(one.id, one.name) for one in orgs])
        self.org.setAccessibleName(_("机构"))
        self.org.choose(context.org.id)
        self.org.currentIndexChanged.connect(lambda _n: self.refresh())
        self.bar.insertWidget(0, self.org)
        if actor.has(Duty.STORE) or actor.has(Duty.ADMIN):
            self.button(_("新增库位"), self.add, ButtonKind.PRIMARY)
            self.button(_("修改"), self.change)
            self.table.opened.connect(lambda _row: self.change())

    @property
    def org_id(self) -> int:
        """The chosen organisation."""
        return self.org.value if isinstance(self.org.value, int) else self.context.org.id

    @override
    def refresh(self) -> None:
        """Ask which places there are."""
        db, actor, org_id = self.context.db, self.context.actor, self.org_id

        def ask() -> tuple[Row, ...]:
            lines = service.places(db, actor, org_id)
            names = {line.id: line.facts.name for line in lines}
            return tuple(_row(line, names) for line in lines)

        self.ask(ask)

    def add(self) -> PlaceForm:
        """Ask for a new place."""
        return self._open(PlaceForm(self, self._lines()))

    def change(self) -> None:
        """Ask for other facts of the chosen place."""
        line = self.record(PlaceLine)
        if line is not None:
            self._open(PlaceForm(self, self._lines(), line))

    def _lines(self) -> list[PlaceLine]:
        return [row.record for row in self.model.rows if isinstance(row.record, PlaceLine)]

    def _open(self, form: PlaceForm) -> PlaceForm:
        def saved() -> None:
            self.context.notices.done(_("库位已保存。"))
            self.context.changes.announce({Topic.STOCK, Topic.SETTINGS})
            self.refresh()

        form.saved.connect(saved)
        form.open()
        return form


class PlaceForm(SaveForm):
    """The facts of one place."""

    def __init__(
        self, section: PlacesSection, lines: Sequence[PlaceLine], line: PlaceLine | None = None
    ) -> None:
        title = _("修改库位") if line else _("新增库位")
        super().__init__(section, title, _("保存"))
        self._org, self._line, self._op = section.org_id, line, new_op()
        facts = line.facts if line else PlaceFacts("")
        self.code = line_field(
            _("编码"), line.code if line else "", _("如 A-03-2"), fixed=line is not None
        )
        self.name = line_field(_("名称"), facts.name)
        self.kind = _select(KINDS, facts.kind)
        self.zone = _select(ZONES, facts.zone)
        self.storage = _select(STORAGES, facts.storage)
        others = [(one.id, one.facts.name) for one in lines if not line or one.id != line.id]
        self.parent_place = Select([(0, _("（不在别的库位里）")), *others])
        self.parent_place.choose(facts.parent_id)
        self.active = Check(_("在用"))
        self.active.setChecked(facts.active)
        self.add(self.code, self.name)
        zone = Field(_("放什么状态的货"), self.zone)
        self.add(*((zone,) if line else (Field(_("类型"), self.kind), zone)))
        self.add(Field(_("温度"), self.storage))
        self.add(Field(_("上级库位"), self.parent_place))
        if line is not None:
            self.add(self.active)
        self.code.editor.setFocus()

    @override
    def work(self) -> Callable[[], object]:
        parent = self.parent_place.value
        above = parent if isinstance(parent, int) else 0
        db, actor = self.section.context.db, self.section.context.actor
        zone, storage = str(self.zone.value), str(self.storage.value)
        if self._line is None:
            added = AddPlace(
                self._op, self._org, self.code.text, self.name.text, str(self.kind.value),
                zone, above, storage,
            )  # fmt: skip
            return lambda: add_place(db, actor, added)
        facts = replace(
            self._line.facts,
            name=self.name.text,
            zone=zone,
            storage=storage,
            parent_id=above,
            active=self.active.isChecked(),
        )
        changed = ChangePlace(new_op(), self._org, self._line.id, facts)
        return lambda: service.change_place(db, actor, changed)


def _select(words: dict[str, str], chosen: str) -> Select:
    made = Select([(key, _(title)) for key, title in words.items()])
    made.choose(chosen)
    return made


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="code", title=_("编码"), width=90, sortable=True),
        Column(key="name", title=_("名称"), width=200, sortable=True, stretch=True),
        Column(key="kind", title=_("类型"), width=130),
        Column(key="zone", title=_("货的状态"), kind=Kind.PILL, width=120),
        Column(key="storage", title=_("温度"), width=110),
        Column(key="parent", title=_("上级"), width=110),
        Column(key="lots", title=_("批次"), kind=Kind.NUMBER, width=70),
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=100),
    )


def _kind(facts: PlaceFacts) -> str:
    """The kind in words, with the level of a second or third store."""
    words = _(KINDS.get(facts.kind, facts.kind))
    return words if facts.level == 1 else f"{words} · {_('{n} 级库', n=facts.level)}"


def _row(line: PlaceLine, names: dict[int, str]) -> Row:
    facts = line.facts
    state = Pill(Status.OK, _("在用")) if facts.active else Pill(Status.MUTE, _("已停用"))
    cells = (
        line.code,
        facts.name,
        _kind(facts),
        Pill(_ZONE_STATUS.get(facts.zone, Status.MUTE), _(ZONES.get(facts.zone, "—"))),
        _(STORAGES.get(facts.storage, facts.storage)),
        names.get(facts.parent_id, "—"),
        str(line.lots),
        state,
    )
    return Row(line.id, cells, line)
