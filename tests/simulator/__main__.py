"""The simulator on the command line: ``python -m tests.simulator``."""

from __future__ import annotations

import argparse
import errno
import io
import json
import signal
import sys
import time
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.date_range import Months
from tests.simulator.simulator import Simulator
from tests.simulator.simulators import Simulators
from tests.simulator.world.clock import BOGOTA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.simulator.http.journal import Request

_ONE = """\
A simulated Wolkvox operation is at {url}
token: {token}
"""

_SEVERAL = """\
Simulated Wolkvox operations are at {api_url}
{tokens}
"""

_GREETING = """\
{about}
Try it:
  curl -H "wolkvox-token: {token}" "{url}/information.php?api=services"

Settings of the tap:
{settings}

Ctrl-C stops it.
"""


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8642, help="0 for any free one")
    parser.add_argument(
        "--server", action="append", help="the operation's number; repeat it for more operations"
    )
    parser.add_argument(
        "--token",
        default="demo-token",
        help="the token it accepts; with several operations, its first part",
    )
    parser.add_argument("--seed", type=int, default=7, help="another seed gives other data")
    parser.add_argument(
        "--timezone",
        action="append",
        help="the operation's time zone; repeat it for one per operation",
    )
    parser.add_argument("--now", type=datetime.fromisoformat, help="stops the clock at this time")
    parser.add_argument("--quota", type=int, help="requests per day; default: licences x 1000")
    parser.add_argument(
        "--others", type=int, default=0, help="requests that others spend after each one"
    )
    parser.add_argument("--pace", type=float, default=1.0, help="how much happens; 1 is normal")
    parser.add_argument(
        "--months",
        choices=[each.name.lower() for each in Months],
        default="all",
        help="what it answers if a range crosses the end of a month",
    )
    parser.add_argument(
        "--nlp-credits", action="store_true", help="cdr_7 and cdr_8 count credits, not characters"
    )
    return parser.parse_args(arguments)


def _simulators(options: argparse.Namespace) -> list[Simulator]:
    """The operations the options ask for. A single one gets the token unchanged."""
    common = dict(vars(options))
    # No defaults in argparse: `append` would add to them.
    servers = common.pop("server") or ["0011"]
    zones = common.pop("timezone") or [BOGOTA]
    token = common.pop("token")
    months = Months[common.pop("months").upper()]
    alone = len(servers) == 1
    return [
        Simulator(
            server=server,
            token=token if alone else f"{token}-{server}",
            timezone=zone,
            months=months,
            on_request=partial(_tell, "" if alone else f"{server} "),
            **common,
        )
        for server, zone in zip(servers, _one_each(zones, len(servers)), strict=True)
    ]


def _one_each(zones: list[str], servers: int) -> list[str]:
    if len(zones) not in {1, servers}:
        raise ValueError(
            f"give one time zone for all or one each; zones: {len(zones)}, servers: {servers}"
        )
    return zones if len(zones) == servers else zones * servers


def _greeting(about: str, first: Simulator, settings: object) -> str:
    return _GREETING.format(
        about=about, url=first.url, token=first.token, settings=json.dumps(settings, indent=2)
    )


def _greeting_of_one(simulator: Simulator) -> str:
    url, token = simulator.url, simulator.token
    settings = {"server": simulator.server, "token": token, "api_url": url}
    return _greeting(_ONE.format(url=url, token=token), simulator, settings)


def _greeting_of_several(simulators: Simulators) -> str:
    api_url, first = simulators.api_url, simulators.simulators[0]
    tokens = "\n".join(f"token of {each.server}: {each.token}" for each in simulators.simulators)
    settings = {"operations": simulators.operations, "api_url": api_url}
    return _greeting(_SEVERAL.format(api_url=api_url, tokens=tokens), first, settings)


def _tell(start: str, request: Request) -> None:
    took = (request.ended or request.started) - request.started
    asked = f"{request.method} {request.path} {request.api or '-'}"
    sys.stderr.write(f"{start}{asked} -> {request.status or 'no answer'} in {took:.3f} s\n")


def _serve(options: argparse.Namespace) -> None:
    simulators = _simulators(options)
    if len(simulators) == 1:
        with simulators[0] as one:
            _wait(_greeting_of_one(one))
    else:
        with Simulators(*simulators, port=options.port) as several:
            _wait(_greeting_of_several(several))


def _wait(greeting: str) -> None:
    sys.stdout.write(greeting)
    sys.stdout.flush()
    while True:
        time.sleep(3600)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C. Return 0, or 1 if it cannot serve."""
    # A shell ignores Ctrl-C for programs in the background: set it again.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.default_int_handler)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Not every output can show all characters of a token.
        sys.stdout.reconfigure(errors="replace")
    options = _options(arguments)
    try:
        _serve(options)
    except KeyboardInterrupt:
        return 0
    except (OSError, OverflowError, ValueError) as error:
        is_taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        taken = f"port {options.port} is taken: --port 0 takes a free one"
        sys.stderr.write(f"cannot serve: {taken if is_taken else error}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
