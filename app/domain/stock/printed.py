"""What a pack's own code says of its expiry, held against the books."""

from __future__ import annotations

from datetime import date

from app.domain.errors import DomainError
from app.i18n import _


def check_printed(name: str, printed: date | None, booked: date | None, day: date) -> str:
    """Compare the expiry in a code with that of the lot, where both are known.

    The pack in the hand is what is given to the patient: past its own date it is refused,
    whatever the books say.

    Args:
        name: The goods, for messages.
        printed: Expiry as the code on the pack has it, None where it has none.
        booked: Expiry of the lot in the books, None where it is not known.
        day: Today.

    Returns:
        What to look at, in words; empty where nothing differs.

    Raises:
        DomainError: The pack says that it has expired.
    """
    if printed is None or printed == booked:
        return ""
    if printed < day:
        said = _("，账上是 {day}", day=booked) if booked else ""
        raise DomainError(
            "lot.printed_expired",
            _("包装码上已过期，不能使用。{name} 有效期至 {printed}{said}。放到一边，核对验收记录。",
              name=name, printed=printed, said=said),
        )  # fmt: skip
    if booked is None:
        return ""
    return _("包装码上有效期至 {printed}，账上是 {booked}。请核对包装和验收记录。",
             printed=printed, booked=booked)  # fmt: skip
