"""Pictures of every screen, taken from the real program on the demo group.

``python scripts/screenshots.py`` (or ``make screenshots``) saves each screen in five forms to
`out/screenshots/`: 1366×768, 1366×697, dark, large text, and 1366×697 at 125 % (1093×558 logical).
``--only stock,home`` and ``--form dark`` narrow it; ``--login`` shows a screen as somebody else.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from app.ui.app import Program


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
BUYER, KEEPER, SETTLER, SELLER = "BUY", "STORE", "SETTLE", "SUPPLY"
SHOWN_BY = {
    "home": KEEPER,
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


def logins() -> dict[str, str]:
    """A demo person per kind of work: the member whose work it is, the lead's buyer."""
    from app import paths
    from app.ui import opening

    opened = opening.open_address(str(paths.demo_file()))
    if opened.db is None:
        raise SystemExit("no demo data")
    opened.db.close()
    found: dict[str, str] = {}
    for person in opened.people:
        duties = {duty.rstrip("*") for duty in person.duties}
        for duty in duties:
            found[duty.upper()] = person.login
    return found


def demo_home(out: Path) -> Path:
    """A data folder of its own with the demo group in it."""
    home = out.parent / "screenshot-data"
    home.mkdir(parents=True, exist_ok=True)
    return home


class Camera:
    """Walks through screens of one person in one scale and saves them."""

    def __init__(self, program: Program, out: Path, forms: list[Form], pages: list[str]) -> None:
        from PySide6.QtCore import QTimer

        self._program = program
        self._out = out
        self._work: Iterator[tuple[Form, str]] = ((f, p) for f in forms for p in pages)
        self._now: tuple[Form, str] | None = None
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
        if self._now is not None:
            form, page = self._now
            window.grab().save(str(self._out / f"{page}_{form.name}.png"))
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


def shoot(login: str, out: Path, forms: list[Form], pages: list[str]) -> int:
    """Run the program as one person and save the pictures."""
    from app.ui import app as ui

    cameras: list[Camera] = []
    return ui.run(
        login=login,
        demo=True,
        seconds=600,
        ready=lambda program: cameras.append(Camera(program, out, forms, pages)),
    )


def main() -> int:
    """Read the command line; one process per person and scale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "screenshots")
    parser.add_argument("--only", default="")
    parser.add_argument("--form", default="")
    parser.add_argument("--login", default="")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    pages = [p for p in given.only.split(",") if p] or list(SHOWN_BY)
    forms = [f for f in FORMS if not given.form or f.name in given.form.split(",")]
    given.out.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["YILIAN_HOME"] = str(demo_home(given.out))
    if given.child:
        return shoot(given.login, given.out, forms, pages)
    from app.ui import opening
    from app.ui.jobs import Progress

    opening.make_demo(Progress(lambda *_told: None))
    people = logins()
    groups: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
    for form in forms:
        for page in pages:
            login = given.login or people[SHOWN_BY[page]]
            names, wanted = groups.setdefault((login, form.scale), ([], []))
            if form.name not in names:
                names.append(form.name)
            if page not in wanted:
                wanted.append(page)
    for (login, scale), (names, wanted) in groups.items():
        command = [sys.executable, __file__, "--child", "--out", str(given.out)]
        command += ["--login", login, "--only", ",".join(wanted), "--form", ",".join(names)]
        subprocess.run(command, env={**os.environ, "QT_SCALE_FACTOR": scale}, check=True)
        print(f"{login} {scale}: {', '.join(wanted)} × {', '.join(names)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
