"""Many papers at once are the papers that would be made one by one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

from app.adapters.printing import MANY, Print, rendered, rendered_all
from tests.adapters.paper_samples import order


def prints(count: int, read: list[str]) -> Iterator[Print]:
    for number in range(count):
        name = f"CG-{number}"
        read.append(name)
        yield Print(name, replace(order(), number=name))


def test_other_processes_make_the_same_papers_in_the_order_asked_for() -> None:
    wanted = [*prints(MANY, []), Print("sealed", None, data=b"%PDF as it was kept")]

    made = list(rendered_all(iter(wanted), len(wanted)))

    assert [name for name, _data in made] == [one.name for one in wanted]
    assert [data for _name, data in made] == [rendered(one) for one in wanted]


def test_who_stops_does_not_wait_for_the_rest() -> None:
    read: list[str] = []
    with closing(rendered_all(prints(400, read), 400)) as made:
        assert next(made)[0] == "CG-0"
    assert len(read) < 40
