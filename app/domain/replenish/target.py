"""What is aimed at for a class of items; apart, because settings are read without any numpy."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """What is aimed at for a class of items.

    Attributes:
        days: Days of use that an order shall last after its arrival; 0 means near-zero stock:
            only until the next delivery.
        service: Share of request lines, in percent, that can be given at once.
    """

    days: int
    service: int
