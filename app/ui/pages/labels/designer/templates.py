"""The list of templates: make one from a standard, change, carry in and out as a file, close."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from app import paths
from app.adapters import label_papers, local_files
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.domain.labels.design.standard import blank, copy_of
from app.domain.labels.spec import LabelSpec
from app.i18n import _
from app.services.labels import designs
from app.services.labels.designs import CloseDesign, DesignRow, Kept
from app.ui.page import Page
from app.ui.pages.labels.designer.window import DesignerForm
from app.ui.pages.labels.dialogs import PickForm
from app.ui.tables.cells import Row, Two
from app.ui.tables.columns import Column, Kind
from app.ui.widgets.buttons import Button
from app.ui.widgets.cards import toolbar
from app.ui.widgets.fields import Select
from app.ui.widgets.files import FileDialog

_BLANK = "blank"
_FILTER = "*.json"


class TemplatesForm(PickForm):
    """Own templates; Enter opens the designer."""

    def __init__(
        self, screen: Page, org_id: int, goods: Sequence[LabelSpec], changed: Callable[[], None]
    ) -> None:
        super().__init__(
            _("标签模板"),
            _("打开修改"),
            (
                Column(key="name", title=_("模板"), kind=Kind.TWO_LINE, width=220, stretch=True),
                Column(key="version", title=_("版本"), width=70),
                Column(key="person", title=_("修改人"), width=90),
                Column(key="at", title=_("修改时间"), width=140),
            ),
            screen,
            wide=700,
        )
        self._screen, self._org_id = screen, org_id
        self._goods, self._told = tuple(goods), changed
        self.grid.set_empty(_("还没有自己的模板。从上面选一个标准模板复制，改成你要的样子。"))
        self.start = Select(
            [
                ("", _("新建模板…")),
                *((key, _("复制 {name}", name=_(title)))
                  for key, title in label_papers.TITLES.items()),
                (_BLANK, _("空白 60×40 mm")),
            ]
        )  # fmt: skip
        self.start.activated.connect(lambda _place: self._begin())
        self.buttons_above: dict[str, Button] = {}
        for key, words, act in (
            ("copy", _("复制"), self.copy), ("import", _("读入文件…"), self.ask_import),
            ("export", _("存成文件…"), self.ask_export), ("close", _("停用"), self.close_chosen),
        ):  # fmt: skip
            button = self.buttons_above[key] = Button(words)
            button.clicked.connect(lambda _on=False, act=act: act())
        self.body.insertLayout(0, toolbar(self.start, None, *self.buttons_above.values()))
        self.picked.connect(self._open)
        self.reload()

    def reload(self) -> None:
        """Ask for the templates again."""
        db, actor, org = self._screen.context.db, self._screen.context.actor, self._org_id
        self._screen.read(lambda: designs.designs(db, actor, org), self._show, channel="designs")

    def _show(self, rows: tuple[DesignRow, ...]) -> None:
        self.show_rows([_row(one) for one in rows])
        for key in ("copy", "export", "close"):
            self.buttons_above[key].setEnabled(bool(rows))
        self.verb.setEnabled(bool(rows))

    # -- designer ---------------------------------------------------------------------------------

    def _begin(self) -> None:
        key = self.start.value
        self.start.choose("")
        if not key:
            return
        name = _("新模板")
        design = blank(name, 600, 400) if key == _BLANK else copy_of(
            label_papers.paper(str(key)), name
        )  # fmt: skip
        self.design(Kept(0, 0, design))

    def _open(self, row: DesignRow) -> None:
        self._load(row, self.design)

    def copy(self) -> None:
        """Begin a new template from the chosen one."""

        def begin(kept: Kept) -> None:
            name = _("{name} 副本", name=kept.design.name)
            self.design(Kept(0, 0, replace(kept.design, name=name)))

        self._with_chosen(lambda row: self._load(row, begin))

    def design(self, kept: Kept) -> None:
        """Open the designer."""
        form = DesignerForm(self._screen, self._org_id, kept, self._goods)
        form.saved.connect(self._saved)
        form.open()

    def _saved(self, kept: Kept) -> None:
        words = _("模板「{name}」第 {n} 版已保存。", name=kept.design.name, n=kept.version)
        self._screen.context.notices.done(words)
        self._told()

    def _load(self, row: DesignRow, then: Callable[[Kept], None]) -> None:
        db, actor, org = self._screen.context.db, self._screen.context.actor, self._org_id
        self._screen.read(lambda: designs.load(db, actor, org, row.id), then, channel="design_one")

    def _with_chosen(self, act: Callable[[DesignRow], None]) -> None:
        row = self.grid.current()
        if row is not None and isinstance(row.record, DesignRow):
            act(row.record)

    # -- files ------------------------------------------------------------------------------------

    def ask_import(self) -> None:
        """Ask for a template file."""
        dialog = FileDialog(self, _("读入模板文件"), str(paths.output()), _FILTER)
        dialog.fileSelected.connect(lambda name: self.take_file(Path(name)))
        dialog.open()

    def take_file(self, file: Path) -> None:
        """Open the designer with the template in a file; saving it is the next step."""

        def show(data: bytes) -> None:
            try:
                design = designs.from_file(data)
            except DomainError as error:
                self._screen.context.errors.take(error)
                return
            self.design(Kept(0, 0, design))

        self._screen.read(file.read_bytes, show, channel="design_file")

    def ask_export(self) -> None:
        """Ask where the chosen template shall be written."""

        def ask(row: DesignRow) -> None:
            dialog = FileDialog(self, _("存成模板文件"))
            dialog.setAcceptMode(FileDialog.AcceptMode.AcceptSave)
            dialog.setNameFilter(_FILTER)
            dialog.setDefaultSuffix("json")
            dialog.selectFile(str(paths.output() / f"{row.name}.json"))
            dialog.fileSelected.connect(lambda name: self.export(row, Path(name)))
            dialog.open()

        self._with_chosen(ask)

    def export(self, row: DesignRow, file: Path) -> None:
        """Write a template as a file."""
        db, actor, org = self._screen.context.db, self._screen.context.actor, self._org_id

        def work() -> Path:
            kept = designs.load(db, actor, org, row.id)
            return local_files.write(file, designs.as_file(kept.design))

        def done(path: Path) -> None:
            self._screen.context.notices.done(_("已存到 {path}。", path=path))

        self._screen.write(work, done)

    def close_chosen(self) -> None:
        """Offer the chosen template no longer."""
        db, actor, org = self._screen.context.db, self._screen.context.actor, self._org_id

        def act(row: DesignRow) -> None:
            command = CloseDesign(new_op(), org, row.id, row.version)

            def done(_none: None) -> None:
                words = _("模板「{name}」已停用。", name=row.name)
                self._screen.context.notices.done(words)
                self.reload()
                self._told()

            self._screen.write(lambda: designs.close(db, actor, command), done)

        self._with_chosen(act)


def _row(one: DesignRow) -> Row:
    cells = _(" · {n} 枚/页", n=one.cells) if one.cells > 1 else ""
    return Row(
        one.id,
        (
            Two(one.name, f"{one.width}×{one.height} mm{cells}"),
            _("第 {n} 版", n=one.version),
            one.person,
            f"{one.changed_at:%Y-%m-%d %H:%M}" if one.changed_at else "—",
        ),
        record=one,
    )
