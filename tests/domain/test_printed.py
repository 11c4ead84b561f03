"""The expiry that the pack itself tells, against the books."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.domain.errors import DomainError
from app.domain.stock.printed import check_printed

DAY = date(2026, 10, 14)
BOOKED = date(2027, 3, 31)


@pytest.mark.parametrize(("printed", "booked"), [(None, BOOKED), (BOOKED, BOOKED), (BOOKED, None)])
def test_what_agrees_or_is_not_told_says_nothing(printed: date | None, booked: date | None) -> None:
    assert check_printed("阿莫西林胶囊", printed, booked, DAY) == ""


def test_another_date_is_told_and_a_past_one_refused() -> None:
    assert "2027-04-30" in check_printed("阿莫西林胶囊", date(2027, 4, 30), BOOKED, DAY)
    assert check_printed("阿莫西林胶囊", DAY, BOOKED, DAY)
    for booked in (BOOKED, None):
        with pytest.raises(DomainError, match="包装码上已过期"):
            check_printed("阿莫西林胶囊", DAY - timedelta(days=1), booked, DAY)
