"""Amending an order that is not signed by both sides: lower quantities, take lines away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.domain.errors import Problem
from app.domain.orders.content import ContentLine
from app.i18n import _


@dataclass(frozen=True, slots=True)
class Change:
    """A new quantity for one line, in smallest units; 0 takes the line away."""

    line: int
    qty: int


def check_changes(lines: Sequence[ContentLine], changes: Sequence[Change]) -> tuple[Problem, ...]:
    """What is wrong with the wished changes to `lines`; empty when they can be made."""
    known = {line.line: line for line in lines}
    problems = [problem for change in changes if (problem := _check(change, known))]
    if problems:
        return tuple(problems)
    now = {line.line: line.qty for line in lines}
    after = now | {change.line: change.qty for change in changes}
    if after == now:
        return (Problem("amend.same", _("数量没有变化。请改小数量，或去掉不要的行。")),)
    if not any(after.values()):
        return (Problem("amend.empty", _("去掉全部行等于不要这张单。请改用「作废」。")),)
    return ()


def _check(change: Change, known: Mapping[int, ContentLine]) -> Problem | None:
    line = known.get(change.line)
    if line is None:
        text = _("这张单没有第 {line} 行。请刷新后再改。", line=change.line)
        return Problem("amend.line", text, row=change.line)
    old = line.qty // line.pack_factor
    if change.qty < 0 or change.qty > line.qty:
        text = _(
            "「{name}」只能改小，现在是 {old} {unit}。要多订，请另提采购申请。",
            name=line.name,
            old=old,
            unit=line.unit,
        )
        return Problem("amend.more", text, row=change.line)
    if change.qty % line.pack_factor:
        return Problem("amend.pack", line.packs_only, row=change.line)
    return None
