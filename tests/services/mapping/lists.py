"""A member's dirty list, and the way to load it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.domain.ids import new_op
from app.services.mapping.load import ApplyList, LoadList, apply, preview
from app.services.mapping.queries import LocalLine, WorkList, work_list
from app.services.mapping.run import RunDone, RunMatch, run
from tests.factories import EAST, Site

TITLES = "药品编码,药品名称,商品名,规格,生产厂家,单位,年用量,金额"
ROWS = (
    "D001,阿莫西林胶囊(集采),,250mg×24粒,北辰药业,盒,13600,52496",
    "D002,氨氯地平片,,5mg*28片,北辰药业,盒,8200,48216",
    "D003,苯磺酸氨氯地平片,,10mg*28片,北辰药业,盒,300,1764",
    "D004,门冬胰岛素注射液,,3ml:300单位,北辰药业,支,900,38070",
    "D005,盐酸哌替啶注射液,,1ml:50mg,南山制药,支,20,84",
    "D006,医用检查手套,,M号,某厂,只,900,450",
    "D007,阿莫西林胶囊,,0.25g*12粒,北辰药业,盒,10,20",
)


def write_list(folder: Path, rows: Sequence[str] = ROWS, titles: str = TITLES) -> Path:
    """A list as the member's own system exports it: GB18030, with a heading."""
    path = folder / "list.csv"
    text = "\n".join(("城东社区卫生服务中心药品目录", titles, *rows))
    path.write_bytes(text.encode("gb18030"))
    return path


def load(site: Site, folder: Path, rows: Sequence[str] = ROWS, *, whole: bool = False) -> None:
    """Load a list as the member's storekeeper."""
    way = site.as_("east_store")
    plan = preview(*way, LoadList(write_list(folder, rows), EAST))
    assert plan.problems() == ()
    apply(*way, ApplyList(new_op(), EAST, plan, whole))


def match(site: Site, *, again: bool = False) -> RunDone:
    """Match the member's open rows."""
    return run(*site.as_("east_store"), RunMatch(new_op(), EAST, again))


def lines(site: Site, **query: object) -> dict[str, LocalLine]:
    """The member's rows by their code."""
    wanted = WorkList(EAST, **query)  # type: ignore[arg-type]
    return {line.code: line for line in work_list(*site.as_("east_store"), wanted)}
