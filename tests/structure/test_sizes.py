"""Nothing grows out of hand: limits, and medians that keep the whole readable."""

from __future__ import annotations

import statistics

from tests.structure.source import classes, functions, length, sources

LONGEST_FILE = 500
LONGEST_FUNCTION = 60
LONGEST_CLASS = 250
MAIN_WINDOW = 300
MEDIAN_FILE, P90_FILE = 140, 350
MEDIAN_FUNCTION, P90_FUNCTION = 10, 28


def test_no_file_is_too_long() -> None:
    long = {s.name: n for s in sources() if (n := s.text.count("\n")) > LONGEST_FILE}
    assert long == {}


def test_no_function_is_too_long() -> None:
    long = [
        f"{s.at(f)} {f.name} {length(f)}"
        for s in sources()
        for f in functions(s)
        if length(f) > LONGEST_FUNCTION
    ]
    assert long == []


def test_no_class_is_too_long() -> None:
    long = [
        f"{s.at(c)} {c.name} {length(c)}"
        for s in sources("app")
        for c in classes(s)
        if length(c) > LONGEST_CLASS
    ]
    assert long == []


def test_the_main_window_is_no_god() -> None:
    sizes = {
        s.name: s.text.count("\n") for s in sources("app") if s.name.endswith("ui/shell/window.py")
    }
    assert sizes
    assert all(size <= MAIN_WINDOW for size in sizes.values()), sizes


def test_files_and_functions_are_short_on_the_whole() -> None:
    files = [s.text.count("\n") for s in sources("app") if s.text.strip()]
    bodies = [length(f) for s in sources("app") for f in functions(s)]
    assert statistics.median(files) <= MEDIAN_FILE
    assert statistics.quantiles(files, n=10)[-1] <= P90_FILE
    assert statistics.median(bodies) <= MEDIAN_FUNCTION
    assert statistics.quantiles(bodies, n=10)[-1] <= P90_FUNCTION
