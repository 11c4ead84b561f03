"""The check before printing: every rendered code is read again and compared with what was meant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from app.adapters import fonts
from app.adapters.barcode import decode, fit
from app.adapters.label_raster import label_image
from app.domain.errors import DomainError, Problem, refuse_if
from app.domain.labels.design.laying import lay
from app.domain.labels.design.parts import Design
from app.domain.labels.layout import layout
from app.domain.labels.marks import CodeMark, Layout
from app.domain.labels.spec import LabelSpec, check
from app.domain.labels.template import LabelPaper, LabelTemplate
from app.i18n import _, language


@dataclass(frozen=True, slots=True)
class Checked:
    """Laid-out labels with what was found.

    Attributes:
        layouts: One per label.
        codes: How many codes were read and found right.
        problems: What is wrong; `row` is the 1-based label.
    """

    layouts: tuple[Layout, ...]
    codes: int
    problems: tuple[Problem, ...]

    @property
    def printable(self) -> bool:
        """Whether nothing blocks printing."""
        return not any(problem.blocks for problem in self.problems)

    def refuse(self) -> None:
        """Raise `DomainError` with all blocking problems, if there are any."""
        refuse_if(self.problems, "label.check", _("标签还不能打印。"))


def verify(
    specs: Sequence[LabelSpec],
    paper: LabelPaper,
    dpi: int,
    progress: Callable[[int, int], None] | None = None,
) -> Checked:
    """Lay out, render at `dpi` and read back every label of a job."""
    layouts: list[Layout] = []
    problems: list[Problem] = []
    codes = 0
    for row, spec in enumerate(specs, start=1):
        laid = laid_out(spec, paper.label)
        found = [*check(spec), *laid.problems]
        if not any(problem.blocks for problem in found):
            good, unread = _read(laid, dpi)
            codes += good
            found += unread
        layouts.append(laid)
        problems += [replace(problem, row=row) for problem in found]
        if progress:
            progress(row, len(specs))
    return Checked(tuple(layouts), codes, tuple(problems))


def laid_out(spec: LabelSpec, template: LabelTemplate | Design) -> Layout:
    """The layout in the bundled fonts; kept, because a preview asks again at every key."""
    return _laid_out(spec, template, language())


@lru_cache(maxsize=4096)
def _laid_out(spec: LabelSpec, template: LabelTemplate | Design, _language: str) -> Layout:
    """`laid_out`, kept apart by the language of the captions."""
    if isinstance(template, Design):
        return lay(spec, template, fonts.width)
    return layout(spec, template, fonts.width)


@lru_cache(maxsize=4096)
def _read(laid: Layout, dpi: int) -> tuple[int, tuple[Problem, ...]]:
    """How many codes of one rendered label read as meant, and a problem for each other."""
    unfit: list[Problem] = []
    for mark in laid.codes:
        try:
            fit(mark, dpi)
        except DomainError as error:
            unfit.append(Problem(error.code, error.text, 0, mark.name or "code"))
    if unfit:
        return 0, tuple(unfit)
    turned = any(mark.turn for mark in laid.codes)
    seen = decode(label_image(laid, dpi), turned=turned)
    problems = tuple(
        Problem("label.unreadable", _unreadable(mark), 0, mark.name or "code")
        for mark in laid.codes
        if (mark.identifier, mark.expected) not in seen
    )
    return len(laid.codes) - len(problems), problems


def _unreadable(mark: CodeMark) -> str:
    """Why the label is not printed."""
    if mark.name:
        return _(
            "{name} 印出来读不回：四周要留白，别让文字和线条压住它。请移开或拉大。", name=mark.name
        )
    return _("标签上的条码 {text} 印出来读不回。请换大一号的标签。", text=mark.expected)
