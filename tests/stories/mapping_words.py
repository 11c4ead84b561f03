"""What people do with their own lists, in the words of the stories."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from app.domain.ids import new_op
from app.services.catalogue.search import search
from app.services.item_lookup import find_items
from app.services.mapping.decide import AcceptSafe, ConfirmMapping, accept_safe, confirm
from app.services.mapping.load import ApplyList, LoadList, apply, preview
from app.services.mapping.queries import WorkList, progress, row_view, work_list
from app.services.mapping.run import RunMatch, run
from app.services.mapping.undo import UndoMapping, undo
from app.services.scan_rules import read as read_scan
from tests.factories import Site
from tests.stories.words import LOGIN, say, told


@dataclass(slots=True)
class Lists:
    """A story's people and their members' own lists."""

    site: Site

    @told
    def load(self, name: str, *rows: str) -> None:
        """Load a list: 编码,名称,规格,生产企业,单位,年用量,金额."""
        db, actor = self.site.as_(LOGIN[name])
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "list.csv"
            titles = "本院编码,名称,规格,生产企业,单位,年用量,金额"
            path.write_bytes("\n".join((titles, *rows)).encode("gb18030"))
            plan = preview(db, actor, LoadList(path, actor.org_id))
        done = apply(db, actor, ApplyList(new_op(), actor.org_id, plan))
        say(f"清单 {done.added} 行新增，{done.changed} 行修改")

    @told
    def match(self, name: str) -> None:
        """Match the rows."""
        db, actor = self.site.as_(LOGIN[name])
        done = run(db, actor, RunMatch(new_op(), actor.org_id))
        rest = f"要看 {done.candidates}，冲突 {done.conflicts}，无对应 {done.none}"
        say(f"完全一致 {done.safe}，{rest}")

    @told
    def accept(self, name: str) -> None:
        """Accept all that agrees."""
        db, actor = self.site.as_(LOGIN[name])
        done = accept_safe(db, actor, AcceptSafe(new_op(), actor.org_id))
        say(f"一起采纳 {done.accepted} 行")

    @told
    def confirm(self, name: str, code: str, reason: str = "") -> None:
        """Accept the first candidate of a row."""
        db, actor = self.site.as_(LOGIN[name])
        rows = work_list(db, actor, WorkList(actor.org_id))
        row = next(one for one in rows if one.code == code)
        view = row_view(db, actor, actor.org_id, row.id)
        assert view is not None
        item = view.candidates[0].item_id
        command = ConfirmMapping(new_op(), actor.org_id, row.id, item, reason=reason)
        confirm(db, actor, command)
        say(f"{code} 对到 {view.candidates[0].code}")

    @told
    def undo(self, name: str) -> None:
        """Take the last decision back."""
        db, actor = self.site.as_(LOGIN[name])
        done = undo(db, actor, UndoMapping(new_op(), actor.org_id))
        say(f"撤销 {len(done.rows)} 行")

    @told
    def scan(self, name: str, code: str) -> None:
        """Scan a code, and type it into the search field."""
        db, actor = self.site.as_(LOGIN[name])
        scanned = [item.code for item in find_items(db, actor, read_scan(db, code))]
        searched = [row.code for row in search(db, actor, code)]
        say(f"扫到 {'、'.join(scanned) or '没有'}；搜到 {'、'.join(searched) or '没有'}")

    @told
    def progress(self, name: str) -> None:
        """How far the member is."""
        db, actor = self.site.as_(LOGIN[name])
        (found,) = progress(db, actor, (actor.org_id,))
        figures = found.progress
        say(f"对码完成率 {figures.rate}%（{figures.confirmed} / {figures.total}）")
