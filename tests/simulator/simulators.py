"""Several simulated operations on one port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from tests.simulator.http.server import Server

if TYPE_CHECKING:
    from tests.simulator.simulator import Simulator

_PREFIX = "/wv{server}"


class Simulators:
    """Serves operations inside ``with``, each under ``/wv<server>`` of one port of 127.0.0.1.

    Args:
        simulators: The operations. Their own ports are ignored.
        port: Where to listen; 0 for any free port.

    Attributes:
        simulators: The operations.
        port: Where to listen.

    Raises:
        ValueError: Two of them have the same server.
    """

    def __init__(self, *simulators: Simulator, port: int = 0) -> None:
        self.simulators = simulators
        self.port = port
        self._backends = {_prefix(each): each.backend for each in simulators}
        if len(self._backends) < len(simulators):
            servers = ", ".join(each.server for each in simulators)
            raise ValueError(f"each operation has a server of its own: {servers}")
        self._http: Server | None = None

    @property
    def api_url(self) -> str:
        """The URL of the APIs, with the port, and ``{server}`` for the operation's number.

        Raises:
            RuntimeError: They are not served.
        """
        if self._http is None:
            raise RuntimeError("the simulators serve inside `with` only")
        return self._http.url(_PREFIX)

    @property
    def operations(self) -> list[dict[str, str]]:
        """The tap's setting ``operations``."""
        return [
            {"server": each.server, "token": each.token, "timezone": each.timezone}
            for each in self.simulators
        ]

    def start(self) -> None:
        """Listen and serve.

        Raises:
            OSError: The port is taken.
        """
        self._http = Server(self.port, self._backends)
        self._http.start()
        for each in self.simulators:
            each.served_at(self._http.url(_prefix(each)))

    def close(self) -> None:
        """Stop, and cut off whatever hangs."""
        if self._http is not None:
            self._http.close()
            self._http = None
            for each in self.simulators:
                each.served_at(None)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _prefix(simulator: Simulator) -> str:
    return _PREFIX.format(server=simulator.server)
