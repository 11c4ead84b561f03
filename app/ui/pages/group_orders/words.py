"""How times, states and quantities of orders read on this page."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from app.domain.documents import State, state_title
from app.domain.orders.signing import Decision, Party, turn
from app.i18n import N_, _
from app.services.db import local_time
from app.services.orders.queries import GroupRow, MemberOrderRow, SignatureRow
from app.ui import formats
from app.ui.status import Status
from app.ui.tables.cells import Pill, Tone

_GROUP: Final = {
    State.SIGNING: Status.INFO,
    State.ACTIVE: Status.LOCK,
    State.RECEIVED: Status.OK,
    State.DONE: Status.OK,
}
_ORDER: Final = {
    State.TO_SIGN: Status.INFO,
    State.MEMBER_SIGNED: Status.WARN,
    State.ANSWERED: Status.NEAR,
    State.REFUSED: Status.BAD,
    State.SIGNED: Status.OK,
    State.PARTLY_RECEIVED: Status.OK,
    State.RECEIVED: Status.OK,
    State.DONE: Status.OK,
}


def group_pill(row: GroupRow) -> Pill:
    """A group order's state."""
    return Pill(_GROUP.get(row.state, Status.MUTE), state_title(row.state))


_ORIGINS: Final = {
    "late": N_("补单"),
    "supplement": N_("补单"),
    "backup": N_("备选"),
}


def member_name(row: MemberOrderRow) -> str:
    """The member, and how the order came into its group order if not with the first ones."""
    origin = _ORIGINS.get(row.origin)
    return f"{row.org} · {_(origin)}" if origin else row.org


def order_pill(row: MemberOrderRow) -> Pill:
    """A member order's state."""
    return Pill(_ORDER.get(row.state, Status.MUTE), state_title(row.state))


def side_pill(row: MemberOrderRow, party: Party) -> Pill | str:
    """Where one side stands with an order."""
    mine = row.member_signature if party is Party.MEMBER else row.supplier_signature
    if mine is not None:
        if mine.decision is Decision.SIGNED:
            return Pill(Status.OK, _("已签"))
        return Pill(Status.BAD, _("拒签"))
    if turn(row.state) is party:
        return order_pill(row)
    if party is Party.SUPPLIER and row.state is State.ANSWERED:
        return Pill(Status.NEAR, _("部分确认"))
    if party is Party.SUPPLIER and row.open:
        return Pill(Status.MUTE, _("等成员先签"))
    return formats.NONE


def side_note(row: MemberOrderRow, party: Party, now: datetime) -> str:
    """Who signed for a side and when, or how often it was reminded."""
    mine = row.member_signature if party is Party.MEMBER else row.supplier_signature
    if mine is not None:
        return signed_by(mine, now)
    if turn(row.state) is party and row.urged and row.urged_at:
        return _("催过 {n} 次 {at}", n=row.urged, at=minute(row.urged_at, now))
    return formats.NONE


def signed_by(signature: SignatureRow, now: datetime) -> str:
    """周立群 10-19 15:20."""
    return f"{signature.person} {minute(signature.at, now)}"


def minute(value: datetime, now: datetime) -> str:
    """A time of today as 09:20, of this year as 10-14 09:20, of another with the year."""
    local = local_time(value)
    if local.date() == local_time(now).date():
        return f"{local:%H:%M}"
    if local.year != local_time(now).year:
        return f"{local:%Y-%m-%d %H:%M}"
    return f"{local:%m-%d %H:%M}"


def until(value: datetime | None, now: datetime) -> Tone:
    """A deadline: today stands out, a missed one more so."""
    if value is None:
        return Tone(formats.NONE)
    local, today = local_time(value), local_time(now).date()
    if value <= now:
        days = (today - local.date()).days
        text = _("超期 {n} 天", n=days) if days else _("今天 {at} 已过", at=f"{local:%H:%M}")
        return Tone(text, Status.NEAR)
    if local.date() == today:
        return Tone(_("今天 {at}", at=f"{local:%H:%M}"), Status.WARN)
    return Tone(minute(value, now))


def order_until(row: MemberOrderRow, now: datetime) -> Tone:
    """Until when an order is to be signed, or when signed goods are due."""
    if row.open:
        return until(row.sign_by, now)
    if row.signed and row.due_on:
        return Tone(_("{day} 到货", day=f"{row.due_on:%m-%d}"))
    return Tone(formats.NONE)


def time_left(value: datetime, now: datetime) -> str:
    """剩 6 小时 18 分."""
    seconds = int((value - now).total_seconds())
    if seconds <= 0:
        return _("已过截止时间")
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    if days:
        return _("剩 {d} 天 {h} 小时", d=days, h=hours)
    return _("剩 {h} 小时 {m} 分", h=hours, m=rest // 60)


def group_line(row: GroupRow, now: datetime) -> str:
    """5 家成员 · 今天 17:00 截止."""
    members = _("{n} 家成员", n=row.members)
    if row.progress.open and row.sign_by:
        return _("{members} · {at} 截止", members=members, at=until(row.sign_by, now).text)
    return _("{members} · {day} 下单", members=members, day=f"{local_time(row.created_at):%m-%d}")


def packs(qty: int, factor: int) -> str:
    """A quantity in packs; — for none."""
    return formats.number(qty // factor) if qty else formats.NONE
