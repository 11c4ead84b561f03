"""The lines of one person to a server: two at most are kept, and none that nobody needs.

A second line is opened when two things happen at once, as a page that loads while something is
saved. The line that was used last is used again, so that the other one lies still; after a while
it is closed (`LineWatch`), and a server that serves hundreds of people keeps no sessions for
windows that stand open.
"""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

LEFT = "left"
"""When a line was given back (ns of the wall clock), in what the pool keeps of it."""


class LinePool(QueuePool):
    """A pool that closes what has lain still."""

    def close_idle(self, since: int) -> int:
        """Close the lines that were given back before that moment and not used since.

        Args:
            since: Nanoseconds of the wall clock: a sleeping computer's goes on.

        Returns:
            How many were closed.
        """
        waiting = cast("Any", self._pool)
        with waiting.mutex:  # nobody takes or gives back a line meanwhile
            idle: list[ConnectionPoolEntry] = [
                line for line in waiting.queue if line.info.get(LEFT, since) < since
            ]
            for line in idle:
                waiting.queue.remove(line)
        for line in idle:
            try:
                line.close()
            finally:
                self._dec_overflow()
        return len(idle)
