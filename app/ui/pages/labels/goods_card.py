"""The left half of the page: which goods get labels, from which acceptance or from stock."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal

from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.i18n import _
from app.services.labels import again, candidates
from app.services.labels.commands import AcceptanceRow, Candidate, PrintRow, Source
from app.services.labels.specs import print_history
from app.services.labels.void import Voided, VoidLabels, void_labels
from app.ui.changes import Topic
from app.ui.icons import Icon
from app.ui.page import Page
from app.ui.pages.labels import dialogs
from app.ui.pages.labels.rows import Choice, choice, columns, edited, row
from app.ui.pages.labels.view_model import LabelsState, Reprint
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import Card
from app.ui.widgets.dialogs import ReasonForm

_Loaded = tuple[AcceptanceRow | None, tuple[Candidate, ...]]


class GoodsCard(Card):
    """Goods with tick, packs per label, number of labels.

    Signals:
        changed: Other labels are wanted.
    """

    changed = Signal()

    def __init__(self, screen: Page, state: LabelsState) -> None:
        super().__init__(_("标签来源"), screen)
        self._screen = screen
        self._state = state
        self.model = ListModel(columns(), edited)
        self.grid = GridView(self.model, framed=False)
        for words, icon, act in (
            (_("换验收单"), None, self.choose_acceptance),
            (_("添加"), Icon.PLUS, self.add_from_stock),
            (_("补打"), Icon.HISTORY, self.choose_reprint),
        ):
            button = Button(words, Kind.LINK, icon=icon)
            button.clicked.connect(lambda _on=False, act=act: act())
            self.head.addWidget(button)
        self.void = Button(_("作废"), Kind.LINK, icon=Icon.CLOSE)
        self.void.clicked.connect(lambda _on=False: self.ask_void())
        self.void.hide()
        self.head.addWidget(self.void)
        self.grid.set_empty(_("还没选要打印的货。"), _("从库存添加"), self.add_from_stock)
        self.add(self.grid, 1)
        self.model.rows_changed.connect(self._edited)
        self.model.refused.connect(self._refused)

    # -- goods ----------------------------------------------------------------------------------

    def load(self, acceptance_id: int = 0) -> None:
        """Show the goods of an acceptance; 0 keeps the one in sight, or takes the newest."""
        state = self._state
        if acceptance_id:
            state.acceptance_id, state.reprint, state.choices = acceptance_id, None, ()
        db, actor = self._screen.context.db, self._screen.context.actor
        org, wanted = state.org_id, state.acceptance_id

        def work() -> _Loaded:
            rows = candidates.recent_acceptances(db, actor, org)
            chosen = next((one for one in rows if one.id == wanted), rows[0] if rows else None)
            found = candidates.from_acceptance(db, actor, org, chosen.id) if chosen else ()
            return chosen, found

        self._screen.read(work, self._loaded, channel="goods")

    def _loaded(self, loaded: _Loaded) -> None:
        """Show fresh goods; what the person typed stays where the goods did not change."""
        acceptance, goods = loaded
        state = self._state
        before = {one.key: one for one in state.choices}
        fresh: list[Choice] = []
        state.acceptance_id = acceptance.id if acceptance else 0
        state.acceptance_no = acceptance.no if acceptance else ""
        for candidate in sorted(goods, key=lambda one: one.free == 0):  # what is done comes last
            new = choice(candidate, Source.ACCEPTANCE, state.acceptance_id)
            old = before.get(new.key)
            fresh.append(old if old and old.candidate == candidate else new)
        added = [one for one in state.choices if one.source is Source.STOCK]
        self._show([*fresh, *added])

    def _show(self, choices: Sequence[Choice]) -> None:
        self.model.set_rows([row(one) for one in choices])
        self.show_title()

    def show_title(self) -> None:
        """Say where the labels come from."""
        state = self._state
        title = _("来自验收单 {no}", no=state.acceptance_no) if state.acceptance_no else ""
        self.set_title(state.reprint.title if state.reprint else title or _("标签来源"))
        self.grid.setEnabled(state.reprint is None)
        self.void.setVisible(state.reprint is not None)

    def add_goods(self, candidate: Candidate) -> None:
        """Add goods from stock."""
        new = choice(candidate, Source.STOCK, 0)
        self._state.reprint = None
        if all(one.key != new.key for one in self._state.choices):
            self._show([*self._state.choices, new])
        self.grid.choose(new.key)

    def forget_added(self) -> None:
        """Goods from stock were printed and go."""
        self._state.choices = tuple(
            one for one in self._state.choices if one.source is not Source.STOCK
        )

    def _edited(self) -> None:
        """The rows changed: tick, packs per label, number of labels."""
        self._state.choices = tuple(
            one.record for one in self.model.rows if isinstance(one.record, Choice)
        )
        self.changed.emit()

    def _refused(self, _key: object, _column: str, error: DomainError) -> None:
        self._screen.context.notices.warn(error.text, error.code)

    # -- dialogs --------------------------------------------------------------------------------

    def choose_acceptance(self) -> None:
        """Let the person choose another acceptance."""
        db, actor, org = self._screen.context.db, self._screen.context.actor, self._state.org_id

        def show(rows: tuple[AcceptanceRow, ...]) -> None:
            form = dialogs.acceptance_form(self, rows)
            form.picked.connect(lambda one: self.load(one.id))
            form.open()

        self._screen.read_for_form(lambda: candidates.recent_acceptances(db, actor, org), show)

    def add_behind(self, number: str) -> None:
        """Labels for the goods of any paper, or of a lot: new, or those that stand again."""
        db, actor, org = self._screen.context.db, self._screen.context.actor, self._state.org_id

        def show(lots: tuple[int, ...]) -> None:
            title = _("{no} 的货：贴标签、补打", no=number)
            self._choose_goods(dialogs.StockForm(self, title=title), lots)

        self._screen.read_for_form(lambda: again.lots_behind(db, actor, org, number), show)

    def add_from_stock(self, text: str = "") -> None:
        """Let the person add goods from stock."""
        self._choose_goods(dialogs.StockForm(self, text), ())

    def _choose_goods(self, form: dialogs.StockForm, lots: tuple[int, ...]) -> None:
        db, actor, org = self._screen.context.db, self._screen.context.actor, self._state.org_id

        def ask(words: str) -> None:
            self._screen.read(
                lambda: candidates.from_stock(db, actor, org, words, lots),
                form.show_goods,
                channel="stock",
            )

        form.asked.connect(ask)
        form.picked.connect(self.add_goods)
        form.again.connect(self._again)
        form.open()
        ask(form.search.text())

    def _again(self, candidate: Candidate) -> None:
        """The labels that stand on a lot, once more."""
        db, actor, org = self._screen.context.db, self._screen.context.actor, self._state.org_id
        title = _("补打 {name} {lot}", name=candidate.name, lot=candidate.lot_no).strip()
        self._screen.read(
            lambda: again.standing_labels(db, actor, org, (candidate.lot.lot_id,)),
            self._screen.here(
                lambda packs: self.show_reprint(Reprint(title, packs, Source.STOCK, 0))
            ),
            channel="again",
        )

    def choose_reprint(self) -> None:
        """Let the person choose an earlier print."""
        db, actor, org = self._screen.context.db, self._screen.context.actor, self._state.org_id

        def show(rows: tuple[PrintRow, ...]) -> None:
            form = dialogs.history_form(self, rows)
            form.picked.connect(self._reprint_of)
            form.open()

        self._screen.read_for_form(lambda: print_history(db, actor, org), show)

    def _reprint_of(self, one: PrintRow) -> None:
        title = _("补打 {when} 的 {n} 枚", when=f"{one.at:%m-%d %H:%M}", n=one.count)
        self.show_reprint(Reprint(title, one.pack_ids, Source(one.source), one.source_id))

    def ask_void(self) -> None:
        """Ask why these labels are taken out of use, then do it."""
        reprint = self._state.reprint
        if reprint is None:
            return
        words = _(
            "作废后这 {n} 枚标签不能再用；货还在账上，可以重新打印。", n=len(reprint.pack_ids)
        )
        form = ReasonForm(_("作废标签"), words, _("作废"), self)
        context, org = self._screen.context, self._state.org_id

        def void() -> None:
            command = VoidLabels(new_op(), org, reprint.pack_ids, form.text)
            self._screen.write(
                lambda: void_labels(context.db, context.actor, command), self._voided
            )

        form.accepted.connect(void)
        form.open()

    def _voided(self, done: Voided) -> None:
        self.show_reprint(None)
        self._screen.context.notices.done(_("{n} 枚标签已作废。", n=len(done.codes)))
        self._screen.context.changes.announce({Topic.LABELS})
        self.load()

    def show_reprint(self, reprint: Reprint | None) -> None:
        """Show labels of an earlier print instead of new ones; None goes back."""
        self._state.reprint = reprint
        self.show_title()
        self.changed.emit()
