"""A server that speaks TLS: a whole one where this machine has it, else a front before the tests'.

The server of the tests' wheel is built without TLS. What the client guarantees (that it proves the
server before a password goes out) is shown alike by a front that ends TLS; the server's own rules
(`hostssl`, SCRAM with channel binding) only by a whole server.
"""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from tests.pgserver import Cluster
from tests.security.certificates import Pair

_SSL_REQUEST = struct.pack("!II", 8, 80_877_103)
_REFUSAL = b"SFATAL\0C28000\0Mno pg_hba.conf entry for host, no encryption\0\0"
HBA = (
    "host all postgres 127.0.0.1/32 scram-sha-256\n"  # the test's own way to set it up
    "hostssl yilian_tls +yilian_login 127.0.0.1/32 scram-sha-256\n"
    "hostssl yilian_tls yilian_owner 127.0.0.1/32 scram-sha-256\n"
    "host all all 0.0.0.0/0 reject\n"
)


class TlsServer(Protocol):
    """What a test uses of either.

    Attributes:
        port: Where clients go.
        whole: Whether the server itself speaks TLS.
        cluster: The server behind it.
    """

    port: int
    whole: bool
    cluster: Cluster

    def show(self, pair: Pair) -> None:
        """Use this certificate from now on."""


def binaries() -> Path | None:
    """A PostgreSQL of this machine that was built with TLS."""
    chosen = os.environ.get("YILIAN_PG_BIN")
    found = shutil.which("postgres")
    candidates = [Path(chosen)] if chosen else []
    candidates += [Path(os.path.realpath(found)).parent] if found else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in candidates:
        with suppress(OSError):
            asked = subprocess.run(
                [folder / "pg_config", "--configure"], capture_output=True, text=True, check=False
            )
            if "ssl" in asked.stdout and (folder / "initdb").is_file():
                return folder
    return None


class _Whole(Cluster):
    """A cluster with other binaries, its rules, and its certificate."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.bin = folder
        self.hba = HBA
        files = {"ssl_cert_file": "server.crt", "ssl_key_file": "server.key"}
        self.settings |= {"ssl": "on"} | {k: str(self.root / v) for k, v in files.items()}

    def show(self, pair: Pair) -> None:
        """The files that it reads at its next start or reload."""
        self.put("server.crt", pair.certificate)
        self.put("server.key", pair.key)


class WholeServer:
    """A server that speaks TLS itself."""

    whole = True

    def __init__(self, cluster: _Whole) -> None:
        self.cluster: Cluster = cluster
        self._files = cluster
        self.port = cluster.port

    def show(self, pair: Pair) -> None:
        """As on `TlsServer`."""
        self._files.show(pair)
        self.cluster.restart()  # a reload would reach new sessions when it likes


class Front:
    """Ends TLS before a server without it, as a server would at its own door."""

    whole = False

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def show(self, pair: Pair) -> None:
        """As on `TlsServer`."""
        file = self.cluster.root / "front.pem"
        file.write_bytes(pair.certificate + pair.key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        self._context = context

    def close(self) -> None:
        """No more clients."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            if client.recv(8) != _SSL_REQUEST:
                client.sendall(b"E" + struct.pack("!I", len(_REFUSAL) + 4) + _REFUSAL)
                return
            client.sendall(b"S")
            with (
                self._context.wrap_socket(client, server_side=True) as inner,
                socket.create_connection(("127.0.0.1", self.cluster.port)) as server,
            ):
                back = threading.Thread(target=_pour, args=(server, inner), daemon=True)
                back.start()
                _pour(inner, server)
                back.join(5)


def _pour(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def tls_server(first: Pair) -> Iterator[TlsServer]:
    """The better of the two, running, with this certificate."""
    folder = binaries()
    if folder is not None:
        whole = _Whole(folder)
        whole.show(first)
        with whole:
            yield WholeServer(whole)
        return
    with Cluster() as cluster:
        front = Front(cluster)
        front.show(first)
        yield front
        front.close()
