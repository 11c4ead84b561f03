"""What matching has learned; apart, because it is read without the matcher and its numpy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Memory:
    """What a group has learned from confirmed pairs.

    Attributes:
        pairs: A row's own words (`same_text`) → key of the item that people confirmed for it.
        makers: Pairs of makers' plain texts that people confirmed to be one firm.
    """

    pairs: Mapping[str, str] = field(default_factory=dict)
    makers: frozenset[tuple[str, str]] = frozenset()
