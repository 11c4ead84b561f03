"""Planning again: one run at a time, in the task tray."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.domain.ids import new_op
from app.domain.replenish.settings import Settings
from app.i18n import _, sentences
from app.services.replenishment.group_run import GroupDone, GroupRun, planned_for, run_group
from app.services.replenishment.run import Run, RunDone, run
from app.ui.context import PageContext
from app.ui.jobs import Progress


class Planner(QObject):
    """Runs the plan of the organisation worked for.

    Signals:
        busy: Whether a run is under way.
        planned: A run ended well (carries the words about it).
    """

    busy = Signal(bool)
    planned = Signal(str)

    def __init__(self, context: PageContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._running = False

    def plan(self, settings: Settings | None, *, also: tuple[int, ...] = ()) -> None:
        """Plan again, with other settings and further items if given; people's figures stay.

        With the whole group chosen all members are planned together, so that cases and minimums
        are filled once.
        """
        if self._running:
            return
        members = tuple(self._context.scope.ids)
        if len(members) > 1 and settings is None and not also:
            self._plan_group(members)
            return
        self._running = True
        self.busy.emit(True)
        db, actor = self._context.db, self._context.actor
        command = Run(new_op(), self._context.org.id, settings=settings, also=also)

        def work(progress: Progress) -> RunDone:
            return run(db, actor, command, progress.step)

        self._context.jobs.long(_("计算补货"), work, self._done, self._failed)

    def _plan_group(self, members: tuple[int, ...]) -> None:
        self._running = True
        self.busy.emit(True)
        db, actor = self._context.db, self._context.actor
        op_id = new_op()

        def work(progress: Progress) -> GroupDone:
            command = GroupRun(op_id, planned_for(db, actor, members))
            return run_group(db, actor, command, progress.step)

        self._context.jobs.long(_("集团补货一起算"), work, self._group_done, self._failed)

    def _group_done(self, done: GroupDone) -> None:
        self._over()
        self.planned.emit(
            _(
                "已计算 {members} 家，建议补 {n} 行；集团凑整 {rounded} 个品规，"
                "凑起订额加 {added} 行。",
                members=len(done.runs),
                n=sum(one.suggested for one in done.runs),
                rounded=done.rounded,
                added=done.added,
            )
        )

    def _done(self, done: RunDone) -> None:
        self._over()
        words = _("已计算 {items} 个品规，建议补 {n} 个。", items=done.items, n=done.suggested)
        if done.kept_edits:
            words = sentences(words, _("你改过的 {n} 行没有动。", n=done.kept_edits))
        self.planned.emit(words)

    def _failed(self, error: Exception) -> None:
        self._over()
        self._context.errors.take(error)

    def _over(self) -> None:
        self._running = False
        self.busy.emit(False)
