"""结算条款: the clause of a contract that says when goods become payable, as it was agreed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from app.domain.orders.content import Term
from app.i18n import N_, _

TITLE: Final = N_("结算")
USUAL: Final = "consumption"
"""The trigger of a supplier and member that agreed on nothing else."""
_OWNERS: Final[Mapping[str, str]] = {
    "consumption": N_(
        "货物入库后归供方所有，按实际消耗结算。每月核对上月消耗，双方确认后开票付款。"
    ),
    "issue": N_(
        "货物入库后归供方所有，从库房发出时归需方并结算。每月核对上月发出，双方确认后开票付款。"
    ),
    "receipt": N_(
        "货物验收合格后归需方所有，按验收入库结算。每月核对上月入库，双方确认后开票付款。"
    ),
}
_SHORT: Final[Mapping[str, str]] = {
    "consumption": N_("入库后归供方所有，按实际消耗结算"),
    "issue": N_("入库后归供方所有，从库房发出时归需方并结算"),
    "receipt": N_("验收合格后归需方所有，按验收入库结算"),
}


def settlement(triggers: Sequence[tuple[str, str]], usual: str) -> str:
    """The clause for goods as (name, trigger) in the order of the paper.

    Args:
        triggers: What each item's terms say.
        usual: What the terms of the supplier say for all other goods.
    """
    said = {trigger for _name, trigger in triggers} or {usual}
    if len(said) == 1:
        return _(_OWNERS[said.pop()])
    main = usual if usual in said else triggers[0][1]
    parts = [_(_OWNERS[main])]
    for trigger in sorted(said - {main}):
        names = "、".join(dict.fromkeys(name for name, one in triggers if one == trigger))
        parts.append(_("其中{names}，{rule}。", names=names, rule=_(_SHORT[trigger])))
    return "".join(parts)


def with_settlement(terms: Sequence[Term], clause: str) -> tuple[Term, ...]:
    """The terms with this clause in the place of the settlement clause; added where none is."""
    titles = {TITLE, _(TITLE)}
    found = tuple(Term(one.title, clause) if one.title in titles else one for one in terms)
    if any(one.title in titles for one in terms):
        return found
    return (*found, Term(_(TITLE), clause))
