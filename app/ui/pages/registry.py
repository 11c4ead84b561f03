"""The screens: where each stands in the rail, who may use it, and where its code is.

Pages are imported when they are first opened, so that the window is there quickly and a chart
library is loaded only by whoever looks at a chart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.domain.duties import Actor, Duty
from app.i18n import N_
from app.ui import loading
from app.ui.context import PageContext
from app.ui.icons import Icon
from app.ui.page import Page


@dataclass(frozen=True, slots=True)
class PageSpec:
    """One screen.

    Attributes:
        name: Stable name; `app.ui.pages.<name>.page` holds its code.
        title: Words in the rail, not translated yet.
        icon: Icon in the rail.
        group: Heading in the rail, empty for the top.
        cls: Name of the `Page` class.
        duties: Any of these lets a person in; empty for everybody.
        rail: Whether it stands in the rail; the others are reached from a page or the palette.
        under: The screen that the rail marks while this one, which is not there, is in front.
    """

    name: str
    title: str
    icon: Icon
    group: str
    cls: str
    duties: frozenset[Duty] = frozenset()
    rail: bool = True
    under: str = ""

    def allowed(self, actor: Actor) -> bool:
        """Whether the person may use the screen; suppliers' people see only their own ones."""
        if actor.has(Duty.SUPPLY):
            return not self.duties or Duty.SUPPLY in self.duties
        return not self.duties or any(actor.has(duty) for duty in self.duties)

    @property
    def module(self) -> str:
        """Where its code is."""
        return f"app.ui.pages.{self.name}.page"

    def make(self, context: PageContext) -> Page:
        """Import and build the page."""
        page = getattr(loading.load(self.module), self.cls)(context)
        if not isinstance(page, Page):
            raise TypeError(f"{self.cls} is not a Page")
        return page


_D = Duty
_STAFF: Final = frozenset({_D.STORE, _D.BUY, _D.CATALOGUE, _D.SIGN, _D.SETTLE, _D.AUDIT, _D.ADMIN})
_BUYING: Final = N_("采购")
_STORE: Final = N_("库房")
_MANAGE: Final = N_("管理")

PAGES: Final = (
    PageSpec("home", N_("工作台"), Icon.HOME, "", "HomePage"),
    PageSpec("catalogue", N_("统一目录"), Icon.BOOK_READ, _BUYING, "CataloguePage", _STAFF),
    PageSpec(
        "mapping", N_("编码对照"), Icon.LINK, _BUYING, "MappingPage",
        frozenset({_D.STORE, _D.CATALOGUE}),
    ),
    PageSpec("formulary", N_("处方集"), Icon.CLIPBOARD_LIST, _BUYING, "FormularyPage", _STAFF),
    PageSpec("committee", N_("药事会"), Icon.GAVEL, _BUYING, "CommitteePage", _STAFF),
    PageSpec("alignment", N_("目录吻合度"), Icon.TARGET, _BUYING, "AlignmentPage", _STAFF),
    PageSpec(
        "negotiation", N_("集中议价"), Icon.SCALE, _BUYING, "NegotiationPage",
        frozenset({_D.BUY, _D.SIGN, _D.STORE, _D.SUPPLY, _D.AUDIT}),
    ),
    PageSpec("prices", N_("价格表"), Icon.CASH, _BUYING, "PricesPage", _STAFF),
    PageSpec(
        "awards", N_("定标"), Icon.STAR, _BUYING, "AwardsPage",
        frozenset({_D.BUY, _D.SIGN, _D.SUPPLY, _D.AUDIT}),
    ),
    PageSpec(
        "group_orders", N_("统采分签"), Icon.FILE_SIGN, _BUYING, "GroupOrdersPage",
        frozenset({_D.BUY, _D.SIGN, _D.SUPPLY, _D.AUDIT}),
    ),
    PageSpec(
        "receiving", N_("收货验收"), Icon.BARCODE_SCAN, _STORE, "ReceivingPage",
        frozenset({_D.STORE, _D.AUDIT}),
    ),
    PageSpec(
        "deliveries", N_("送货"), Icon.TRUCK, _STORE, "DeliveriesPage", frozenset({_D.SUPPLY})
    ),
    PageSpec("stock", N_("库存"), Icon.WAREHOUSE, _STORE, "StockPage", _STAFF),
    PageSpec(
        "consumption", N_("消耗登记"), Icon.PILL, _STORE, "ConsumptionPage",
        frozenset({_D.STORE, _D.AUDIT, _D.SETTLE}),
    ),
    PageSpec("packs", N_("定数包"), Icon.PACKAGE, _STORE, "PacksPage", frozenset({_D.STORE})),
    PageSpec(
        "transfers", N_("调拨借用"), Icon.SWAP, _STORE, "TransfersPage",
        frozenset({_D.STORE, _D.BUY, _D.SIGN}),
    ),
    PageSpec(
        "recall", N_("追溯召回"), Icon.HISTORY, _STORE, "RecallPage",
        frozenset({_D.STORE, _D.BUY, _D.CATALOGUE, _D.AUDIT}),
    ),
    PageSpec(
        "counting", N_("盘点"), Icon.CLIPBOARD_CHECK, _STORE, "CountingPage",
        frozenset({_D.STORE, _D.SIGN, _D.AUDIT}),
    ),
    PageSpec(
        "upkeep", N_("养护记录"), Icon.FREEZER, _STORE, "UpkeepPage",
        frozenset({_D.STORE, _D.SIGN, _D.AUDIT}), rail=False, under="stock",
    ),
    PageSpec(
        "replenishment", N_("智能补货"), Icon.WAND, _STORE, "ReplenishmentPage",
        frozenset({_D.STORE, _D.BUY}),
    ),
    PageSpec(
        "simulator", N_("补货模拟"), Icon.TUNE, _STORE, "SimulatorPage",
        frozenset({_D.STORE, _D.BUY}),
    ),
    PageSpec(
        "settlement", N_("消耗结算"), Icon.CALCULATOR, _MANAGE, "SettlementPage",
        frozenset({_D.STORE, _D.SETTLE, _D.SUPPLY, _D.AUDIT, _D.BUY}),
    ),
    PageSpec(
        "labels", N_("标签打印"), Icon.LABEL, _MANAGE, "LabelsPage", frozenset({_D.STORE, _D.BUY})
    ),
    PageSpec("reports", N_("报表"), Icon.CHART_BAR, _MANAGE, "ReportsPage", _STAFF),
    PageSpec(
        "savings", N_("节约分析"), Icon.CHART_LINE, _MANAGE, "SavingsPage",
        frozenset({_D.BUY, _D.SIGN, _D.SETTLE, _D.AUDIT, _D.CATALOGUE}),
    ),
    PageSpec("settings", N_("系统设置"), Icon.COG, "foot", "SettingsPage"),
    PageSpec("start", N_("开始使用"), Icon.SCHOOL, "foot", "StartPage", rail=False),
)  # fmt: skip

BY_NAME: Final = {spec.name: spec for spec in PAGES}


def pages_for(actor: Actor) -> tuple[PageSpec, ...]:
    """The screens that a person may use, in the order of the rail."""
    return tuple(spec for spec in PAGES if spec.allowed(actor))
