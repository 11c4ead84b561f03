"""`yilian plan --data`: levels for other systems, from files to a file; no database needed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from app.adapters.plan_files import read_folder, write_levels
from app.cli.context import Cli
from app.domain.errors import DomainError
from app.domain.replenish.frontier import Aim
from app.domain.replenish.system import system_levels
from app.i18n import _

_LEAST: Final = 0.5
_MOST: Final = 0.999


@dataclass(frozen=True, slots=True)
class FilePlan:
    """What was planned: series, those kept on the shelf, money in stock, fill expected."""

    series: int
    kept: int
    stock_value: int
    aimed: str


def plan_files(run: Cli, data: Path, out: Path, target: float) -> None:
    """Plan the folder `data` for a line fill of `target` and write the levels to `out`."""
    if not _LEAST <= target <= _MOST:
        raise DomainError(
            "plan.target", _("目标满足率应在 0.5 到 0.999 之间，如 0.98。请改正 --target。")
        )
    found = read_folder(data)
    usual = Aim()
    aim = replace(usual, fill=target, critical=max(usual.critical, target))
    levels = system_levels(found.network, aim)
    write_levels(out, found.keys, levels)
    kept = int((levels.reorder_point >= 0).sum())
    run.say(_("已写 {n} 个系列到 {path}，其中备货 {kept} 个。", n=len(found.keys), path=str(out),
              kept=kept))  # fmt: skip
    if run.as_json:
        done = FilePlan(len(found.keys), kept, round(levels.value), f"{levels.aimed:.4f}")
        run.emit(done)
