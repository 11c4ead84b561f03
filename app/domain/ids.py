"""Identifiers made by the client: time-sortable, without any global sequence.

A row id is a positive 63-bit integer: 42 bits of milliseconds since 2020, 21 random bits. Ids of
one process are strictly increasing. Uniqueness is a matter of (organisation, id): two clients
would have to make an id for the same organisation in the same millisecond with the same 21 random
bits, and then the primary key refuses the second. An operation id is a UUID made once per
intention of a person, so that a retry, a double click or a double scan posts once
(TigerBeetle's "reliable transaction submission").
"""

from __future__ import annotations

import secrets
import threading
import time
import uuid

_EPOCH_MS = 1_577_836_800_000  # 2020-01-01T00:00:00Z
_RANDOM_BITS = 21
_lock = threading.Lock()
_last = 0


def new_id() -> int:
    """A fresh row id, greater than all that this process made before."""
    global _last  # noqa: PLW0603 - the one counter of the process
    with _lock:
        now = (time.time_ns() // 1_000_000 - _EPOCH_MS) << _RANDOM_BITS
        _last = max(now | secrets.randbits(_RANDOM_BITS), _last + 1)
        return _last


def new_ids(count: int) -> range:
    """As many fresh row ids, ascending; for rows that are written together."""
    global _last  # noqa: PLW0603 - the one counter of the process
    with _lock:
        now = (time.time_ns() // 1_000_000 - _EPOCH_MS) << _RANDOM_BITS
        first = max(now | secrets.randbits(_RANDOM_BITS), _last + 1)
        _last = first + count - 1 if count > 0 else _last
        return range(first, first + count)


def new_op() -> uuid.UUID:
    """A fresh operation id, to be made once per intention and kept until the answer is known."""
    return uuid.uuid4()
