"""What is to be set up before the main job can run: words, and the screen where it is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.i18n import N_, _
from app.services.platform.checklist import Step, Todo


@dataclass(frozen=True, slots=True)
class Setup:
    """How a step reads and where it is done.

    Attributes:
        title: What is set up, not translated yet.
        unit: What is counted.
        why: What it is needed for.
        page: The screen.
        arrive: What the screen is told.
    """

    title: str
    unit: str
    why: str
    page: str
    arrive: Mapping[str, object]


_SETTINGS: Final = "settings"
_ORGANISATIONS: Final = {"section": "organisations"}

SETUPS: Final[Mapping[Step, Setup]] = {
    Step.MEMBERS: Setup(
        N_("成员单位"),
        N_("家"),
        N_("只有一家机构时可以不加"),
        _SETTINGS,
        _ORGANISATIONS,
    ),
    Step.SUPPLIERS: Setup(
        N_("供应商"),
        N_("家"),
        N_("价格、订单、送货单都要它"),
        _SETTINGS,
        _ORGANISATIONS,
    ),
    Step.PEOPLE: Setup(
        N_("人员与职责"), N_("人"), N_("每家要有人管库、有人签署"), _SETTINGS, {"section": "people"}
    ),
    Step.PLACES: Setup(
        N_("库位"), N_("家已设"), N_("验收和库存按库位记"), _SETTINGS, {"section": "places"}
    ),
    Step.CATALOGUE: Setup(
        N_("统一目录"), N_("个品规"), N_("从 Excel 导入，或逐个新增"), "catalogue", {}
    ),
    Step.PRICES: Setup(N_("价格"), N_("个品规有价"), N_("没有价格的品规不能下单"), "prices", {}),
    Step.TERMS: Setup(
        N_("供货与结算约定"),
        N_("对"),
        N_("几天到货、什么时候付款"),
        _SETTINGS,
        {"section": "terms"},
    ),
    Step.STOCK: Setup(N_("库存"), N_("个品规有货"), N_("第一次收货入库后就有"), "receiving", {}),
}


def state_words(todo: Todo) -> str:
    """How far a step is."""
    setup = SETUPS[todo.step]
    have = _("{n} {unit}", n=f"{todo.have:,}", unit=_(setup.unit))
    if todo.missing:
        return _("{have}，还差：{names}", have=have, names="、".join(todo.missing))
    return have if todo.have else _(setup.why)
