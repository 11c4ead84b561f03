"""Pictures of every screen, taken from the real program on the demo group.

``python scripts/screenshots.py`` (or ``make screenshots``) saves each screen in five forms to
`out/screenshots/`: 1366×768, 1366×697, dark, large text, and 1366×697 at 125 % (1093×558 logical).
``--only stock,home`` and ``--form dark`` narrow it; ``--login`` shows a screen as somebody else.
``--readme`` takes the nine of the README anew, in few colours, into `docs/screenshots/`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from app.ui.app import Program
    from app.ui.shell.window import MainWindow


@dataclass(frozen=True, slots=True)
class Form:
    """One form of every picture: window size in logical pixels and look."""

    name: str
    size: tuple[int, int]
    theme: str = "light"
    density: str = "comfort"
    scale: str = "1"


FORMS = (
    Form("1366x768", (1366, 768)),
    Form("1366x697", (1366, 697)),
    Form("dark", (1366, 768), theme="dark"),
    Form("large", (1366, 768), density="large"),
    Form("125pct", (1093, 558), scale="1.25"),
)
CALM = 4
"""Looks in a row without work under way before a picture is taken."""
BUYER, KEEPER, SETTLER, SELLER = "chenxy", "liqing", "zhanghb", "luoye"
"""The people of the user guide, one per kind of work."""
README = (
    "home", "replenishment", "group_orders", "negotiation", "alignment", "receiving", "labels",
    "stock", "settlement",
)  # fmt: skip
SHOWN_BY: dict[str, str] = {
    "home": KEEPER,
    "alignment": BUYER,
    "negotiation": BUYER,
    "catalogue": BUYER,
    "prices": BUYER,
    "group_orders": BUYER,
    "deliveries": SELLER,
    "receiving": KEEPER,
    "stock": KEEPER,
    "consumption": KEEPER,
    "replenishment": KEEPER,
    "settlement": SETTLER,
    "labels": KEEPER,
    "settings": KEEPER,
}


def demo_home() -> Path:
    """A data folder of its own with the demo group in it."""
    home = ROOT / "out" / "screenshot-data"
    home.mkdir(parents=True, exist_ok=True)
    return home


class Camera:
    """Walks through screens of one person in one scale and saves them."""

    def __init__(
        self, program: Program, out: Path, forms: list[Form], pages: list[str], *, readme: bool
    ) -> None:
        from PySide6.QtCore import QTimer

        self._readme = readme
        self._program = program
        self._out = out
        self._work: Iterator[tuple[Form, str]] = ((f, p) for f in forms for p in pages)
        self._now: tuple[Form, str] | None = None
        self._begun: list[Callable[[], object]] = []
        self._calm = 0
        self._timer = QTimer(program, interval=120)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        """Wait for the window and for quiet, take the picture, go on."""
        window = self._program.window
        self._calm = self._calm + 1 if window and self._program.jobs.idle else 0
        if window is None or self._calm < CALM:
            return
        if self._begun:
            self._begun.pop(0)()
            self._calm = 0
            return
        if self._now is not None:
            self._keep(*self._now)
        self._calm = 0
        self._now = next(self._work, None)
        if self._now is None:
            self._timer.stop()
            window.leave()
            return
        form, page = self._now
        self._program.set_look("theme", form.theme)
        self._program.set_look("density", form.density)
        window.resize(*form.size)
        window.navigate(page)
        self._begun = work_under_way(window, page) if self._readme else []

    def _keep(self, form: Form, page: str) -> None:
        """Save what the window shows."""
        assert self._program.window is not None  # noqa: S101 - it was there a moment ago
        picture = self._program.window.grab()
        if self._readme:
            few_colours(picture.toImage()).save(str(self._out / f"{page}.png"))
        else:
            picture.save(str(self._out / f"{page}_{form.name}.png"))


def few_colours(picture: QImage) -> QImage:
    """The picture in the 256 colours that it uses most: a quarter of the bytes, the same look."""
    import numpy as np

    picture = picture.convertToFormat(QImage.Format.Format_RGB32)
    dots = np.frombuffer(picture.constBits(), dtype=np.uint32)
    colours, often = np.unique(dots, return_counts=True)
    table = [int(colour) for colour in colours[np.argsort(-often)][:256]]
    plain = Qt.ImageConversionFlag.ThresholdDither  # dots of mixed colours would only cost bytes
    return picture.convertToFormat(QImage.Format.Format_Indexed8, table, plain)


def work_under_way(window: MainWindow, page: str) -> list[Callable[[], object]]:
    """Steps to take before the picture: goods being accepted tell more than the list of notes."""
    if page != "receiving":
        return []
    from app.ui.actions import Act

    receiving: Any = window.stack.pages[page]

    def scan(place: int) -> None:
        line = receiving.counting.work.note.lines[place]
        packs = line.qty // line.goods.pack_factor
        receiving.scanned(f"{packs}*{line.goods.code}")

    return [lambda: receiving.perform(Act.RECEIVE), lambda: scan(0), lambda: scan(1)]


def shoot(login: str, out: Path, forms: list[Form], pages: list[str], *, readme: bool) -> int:
    """Run the program as one person and save the pictures."""
    from app.ui import app as ui

    cameras: list[Camera] = []
    return ui.run(
        login=login,
        demo=True,
        seconds=600,
        ready=lambda program: cameras.append(Camera(program, out, forms, pages, readme=readme)),
    )


def main() -> int:
    """Read the command line; one process per person and scale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "screenshots")
    parser.add_argument("--only", default="")
    parser.add_argument("--form", default="")
    parser.add_argument("--login", default="")
    parser.add_argument("--readme", action="store_true")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    pages = [p for p in given.only.split(",") if p] or list(SHOWN_BY)
    forms = [f for f in FORMS if not given.form or f.name in given.form.split(",")]
    if given.readme:
        given.out = ROOT / "docs" / "screenshots"
        forms, pages = [FORMS[0]], [page for page in README if page in pages]
    given.out.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["YILIAN_HOME"] = str(demo_home())
    if given.child:
        return shoot(given.login, given.out, forms, pages, readme=given.readme)
    from app.ui import opening
    from app.ui.jobs import Progress

    opening.make_demo(Progress(lambda *_told: None))
    groups: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
    for form in forms:
        for page in pages:
            login = given.login or SHOWN_BY[page]
            names, wanted = groups.setdefault((login, form.scale), ([], []))
            if form.name not in names:
                names.append(form.name)
            if page not in wanted:
                wanted.append(page)
    for (login, scale), (names, wanted) in groups.items():
        command = [sys.executable, __file__, "--child", "--out", str(given.out)]
        command += ["--login", login, "--only", ",".join(wanted), "--form", ",".join(names)]
        command += ["--readme"] if given.readme else []
        subprocess.run(command, env={**os.environ, "QT_SCALE_FACTOR": scale}, check=True)
        print(f"{login} {scale}: {', '.join(wanted)} × {', '.join(names)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
