"""A network between client and server that can fall silent: bytes vanish, nobody is told.

No connection is closed and nothing is reset, as when a switch dies or a firewall forgets a
session; the server finds out for itself after a minute, as it does with the keepalives that
docs/security.md asks for (30 + 3 × 10 s). Only for lines without TLS: it looks for the word COMMIT
in what the client sends.
"""

from __future__ import annotations

import selectors
import socket
import threading
import time
from enum import Enum
from typing import Final, Self

FOUND_OUT: Final = 60.0
"""Seconds after which a server gives a silent session up."""


class Cut(Enum):
    """Where the line falls silent."""

    NEVER = "never"
    BEFORE_COMMIT = "before"
    AFTER_COMMIT = "after"
    NOW = "now"


class SilentProxy:
    """Listens on a loopback port and passes everything on until it is told to fall silent.

    A cut hits the connections that are open then; new ones pass. A context manager.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.cut = Cut.NEVER
        self.cuts = 0
        self._dead: set[int] = set()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._guard = threading.Lock()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """End all connections and the listener."""
        self._stop.set()
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes who waits in accept
        self._listener.close()
        with self._guard:
            for pair in self._pairs:
                for end in pair:
                    end.close()
        for thread in self._threads:
            thread.join(5)

    def silence(self) -> None:
        """Fall silent on all open connections, now."""
        with self._guard:
            self._dead.update(range(len(self._pairs)))
            self.cuts += 1

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                client.close()  # the server is down
                continue
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._guard:
                self._pairs.append((client, server))
                number = len(self._pairs) - 1
            thread = threading.Thread(target=self._carry, args=(number,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _carry(self, number: int) -> None:
        client, server = self._pairs[number]
        chooser = selectors.DefaultSelector()
        chooser.register(client, selectors.EVENT_READ, server)
        chooser.register(server, selectors.EVENT_READ, client)
        gives_up: float | None = None
        try:
            while not self._stop.is_set():
                if number in self._dead:
                    gives_up = gives_up or time.monotonic() + FOUND_OUT
                    if time.monotonic() > gives_up:
                        server.close()
                        return
                for key, _mask in chooser.select(0.1):
                    source, target = key.fileobj, key.data
                    assert isinstance(source, socket.socket)
                    data = source.recv(65_536)
                    if not data:
                        return
                    if self._passes(number, data, from_client=source is client):
                        target.sendall(data)
        except (OSError, ValueError):
            return
        finally:
            chooser.close()
            if number not in self._dead:
                client.close()
                server.close()

    def _passes(self, number: int, data: bytes, *, from_client: bool) -> bool:
        with self._guard:
            if number in self._dead:
                return False
            if from_client and b"COMMIT\0" in data and self.cut is not Cut.NEVER:
                passes = self.cut is Cut.AFTER_COMMIT
                self._dead.add(number)
                self.cut = Cut.NEVER
                self.cuts += 1
                return passes
            return True
