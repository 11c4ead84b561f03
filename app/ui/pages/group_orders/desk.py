"""What this page does to orders: each through a service in a job, then told to the person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from app import paths
from app.adapters.local_files import write
from app.domain.documents import State
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.domain.orders.amend import Change
from app.domain.orders.answer import Offer
from app.domain.orders.signing import Decision
from app.i18n import _
from app.services.orders.answering import Answer, answer
from app.services.orders.candidates import CandidateRow
from app.services.orders.changing import Amend, CancelOrder, Urge, amend, cancel, urge
from app.services.orders.consolidate import Consolidate, Consolidated, consolidate
from app.services.orders.detail import OrderDetail, OrderWanted
from app.services.orders.joining import Join, join
from app.services.orders.papers import PaperKind, PaperWanted, papers
from app.services.orders.queries import MemberOrderRow
from app.services.orders.settling import Rest, Settled, SettleRest, settle_rest
from app.services.orders.signing import Sign, sign
from app.services.requisition.approving import Decide, decide
from app.services.requisition.make import Requested
from app.ui import formats
from app.ui.changes import Topic
from app.ui.jobs import Progress
from app.ui.page import Page


@dataclass(frozen=True, slots=True)
class SignedMany:
    """How signing several orders went: how many, and why the others were not."""

    done: int
    refused: tuple[str, ...]


class OrderDesk:
    """The writing side of the page; `open_file` opens a finished file and is replaced in tests."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._context = page.context
        self.open_file: Callable[[Path], None] = _open

    def _changed(self, *more: Topic) -> None:
        self._context.changes.announce({Topic.ORDERS, *more})

    def _failed(self, error: Exception) -> None:
        """Tell, and show the orders as they are now: somebody may have been first."""
        self._context.errors.take(error)
        self._changed()

    def sign(self, orders: Sequence[MemberOrderRow]) -> None:
        """Sign the versions in `orders`; one operation each, so that one refusal stops no other."""
        db, actor = self._context.db, self._context.actor
        commands = [Sign(new_op(), one.org_id, one.id, one.version) for one in orders]

        def work() -> SignedMany:
            done, refused = 0, []
            for command in commands:
                try:
                    sign(db, actor, command)
                    done += 1
                except DomainError as error:
                    refused.append(error.text)
            return SignedMany(done, tuple(refused))

        self._page.write(work, self._signed, self._failed)

    def _signed(self, result: SignedMany) -> None:
        if result.done:
            self._context.notices.done(_("已签 {n} 张。", n=result.done))
        if result.refused:
            text = result.refused[0]
            if len(result.refused) > 1:
                text = _("{n} 张没有签成。{first}", n=len(result.refused), first=text)
            self._context.notices.problem(text, "\n".join(result.refused))
        self._changed()

    def refuse(self, order: MemberOrderRow, reason: str) -> None:
        """Refuse an order."""
        db, actor = self._context.db, self._context.actor
        command = Sign(new_op(), order.org_id, order.id, order.version, Decision.REFUSED, reason)
        told = _("已拒签 {no}，集团采购会看到原因。", no=order.no)
        self._page.write(
            lambda: sign(db, actor, command), lambda _r: self._tell(told), self._failed
        )

    def amend(self, detail: OrderDetail, changes: tuple[Change, ...], reason: str) -> None:
        """Make the next version of an order."""
        db, actor, row = self._context.db, self._context.actor, detail.row
        command = Amend(new_op(), row.org_id, row.id, row.version, changes, reason)
        told = _("{no} 已改成第 {n} 版，等成员重新签。", no=row.no, n=row.version + 1)
        self._page.write(
            lambda: amend(db, actor, command), lambda _r: self._tell(told), self._failed
        )

    def answer(self, order: MemberOrderRow, offers: tuple[Offer, ...], reason: str) -> None:
        """Confirm part of an order, as its supplier."""
        db, actor = self._context.db, self._context.actor
        command = Answer(new_op(), order.org_id, order.id, order.version, offers, reason)
        told = _("已部分确认 {no}，集团采购会处理余量。", no=order.no)
        self._page.write(
            lambda: answer(db, actor, command), lambda _r: self._tell(told), self._failed
        )

    def settle(self, rest: Rest, to_backup: tuple[int, ...], reason: str) -> None:
        """Decide about the rest of an order."""
        db, actor = self._context.db, self._context.actor
        command = SettleRest(new_op(), rest.org_id, rest.order_id, rest.version, to_backup, reason)
        self._page.write(
            lambda: settle_rest(db, actor, command),
            lambda done: self._tell(_settled_words(done)),
            self._failed,
        )

    def cancel(self, order: MemberOrderRow, reason: str) -> None:
        """Cancel an order."""
        db, actor = self._context.db, self._context.actor
        command = CancelOrder(new_op(), order.org_id, order.id, order.version, reason)
        told = _("已作废 {no}，统采合计已减少。", no=order.no)
        self._page.write(
            lambda: cancel(db, actor, command), lambda _r: self._tell(told), self._failed
        )

    def urge(self, orders: Sequence[MemberOrderRow]) -> None:
        """Remind those who have not signed."""
        db, actor = self._context.db, self._context.actor
        command = Urge(new_op(), tuple((one.org_id, one.id) for one in orders))
        self._page.write(
            lambda: urge(db, actor, command),
            lambda result: self._tell(_("已催签 {n} 张，对方打开程序就能看到。", n=result.count)),
            self._failed,
        )

    def consolidate(self, command: Consolidate, done: Callable[[Consolidated], None]) -> None:
        """Make a group order."""
        db, actor = self._context.db, self._context.actor

        def told(result: Consolidated) -> None:
            self._context.notices.done(
                _(
                    "{no} 已拆成 {n} 张成员订单，合计 {amount}，等成员签署。",
                    no=result.no,
                    n=result.member_orders,
                    amount=formats.yuan(result.amount),
                )
            )
            self._changed(Topic.REQUISITIONS)
            done(result)

        self._page.write(lambda: consolidate(db, actor, command), told, self._failed)

    def send_back(self, row: CandidateRow, reason: str) -> None:
        """Send a submitted requisition back to its member."""
        db, actor = self._context.db, self._context.actor
        command = Decide(new_op(), row.org_id, row.id, row.version, approve=False, reason=reason)

        def told(made: Requested) -> None:
            self._context.notices.done(_("已退回 {no}，申请人会看到原因。", no=made.no))
            self._changed(Topic.REQUISITIONS)

        self._page.write(lambda: decide(db, actor, command), told, self._failed)

    def join(self, command: Join, done: Callable[[Consolidated], None]) -> None:
        """Add requisitions to a group order."""
        db, actor = self._context.db, self._context.actor

        def told(result: Consolidated) -> None:
            self._context.notices.done(
                _(
                    "{no} 补了 {n} 张成员订单，{amount}，等成员签署。",
                    no=result.no,
                    n=result.member_orders,
                    amount=formats.yuan(result.amount),
                )
            )
            self._changed(Topic.REQUISITIONS)
            done(result)

        self._page.write(lambda: join(db, actor, command), told, self._failed)

    def _tell(self, text: str) -> None:
        self._context.notices.done(text)
        self._changed()

    def papers(self, orders: Sequence[MemberOrderRow], kind: PaperKind, folder: str = "") -> None:
        """Write papers of the orders into the output folder, then offer to open them."""
        db, actor = self._context.db, self._context.actor
        target = paths.output() / folder if folder else paths.output()
        wanted = [PaperWanted(OrderWanted(one.org_id, one.id), kind) for one in orders]

        def work(progress: Progress) -> list[Path]:
            files: list[Path] = []
            with closing(papers(db, actor, wanted)) as made:
                for number, one in enumerate(made, 1):
                    files.append(write(target / one.name, one.data))
                    progress.step(number, len(wanted), one.name)
            return files

        def told(files: list[Path]) -> None:
            if len(files) == 1:
                text, action, where = (
                    _("已生成 {name}。", name=files[0].name),
                    _("打开文件"),
                    files[0],
                )
            else:
                text = _("已生成 {n} 份文件，在 {folder}。", n=len(files), folder=target)
                action, where = _("打开文件夹"), target
            self._context.notices.done(text, action=action, act=lambda: self.open_file(where))

        self._page.long(_("生成文件"), work, told, writes=False)


def _settled_words(done: Settled) -> str:
    if done.state is State.CANCELLED:
        kept = _("{no} 已作废", no=done.no)
    else:
        kept = _("{no} 改成第 {n} 版，等成员重新签", no=done.no, n=done.version)
    if not done.backups:
        return _("{kept}；余量 {amount} 已退回。", kept=kept, amount=formats.yuan(done.given_back))
    numbers = "、".join(done.backups)
    return _("{kept}；备选供应商的订单 {numbers} 等成员签署。", kept=kept, numbers=numbers)


def _open(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
