"""The simulator on the command line: ``python -m tests.simulator``."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from datetime import datetime
from typing import TYPE_CHECKING

from tests.simulator.clock import BOGOTA
from tests.simulator.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.simulator.journal import Request

_GREETING = """\
A simulated Wolkvox operation is at {url}
token: {token}

Try it:
  curl -H "wolkvox-token: {token}" "{url}/information.php?api=services"

Settings of the tap:
{settings}

Ctrl-C stops it.
"""


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8642, help="0 for any free one")
    parser.add_argument("--server", default="0011", help="the operation's number")
    parser.add_argument("--token", default="demo-token", help="the token it accepts")
    parser.add_argument("--seed", type=int, default=7, help="another seed, other data")
    parser.add_argument("--timezone", default=BOGOTA, help="the operation's time zone")
    parser.add_argument("--now", type=datetime.fromisoformat, help="where its clock stands still")
    parser.add_argument("--quota", type=int, help="requests a day; licences x 1000 if not given")
    parser.add_argument("--pace", type=float, default=1.0, help="how much happens; 1 is usual")
    return parser.parse_args(arguments)


def _greeting(simulator: Simulator) -> str:
    settings = {"server": simulator.server, "token": simulator.token, "api_url": simulator.url}
    return _GREETING.format(
        url=simulator.url, token=simulator.token, settings=json.dumps(settings, indent=2)
    )


def _tell(request: Request) -> None:
    took = (request.ended or request.started) - request.started
    asked = f"{request.method} {request.path} {request.api or '-'}"
    sys.stderr.write(f"{asked} -> {request.status or 'no answer'} in {took:.3f} s\n")


def _serve(options: argparse.Namespace) -> None:
    with Simulator(**vars(options), on_request=_tell) as simulator:
        sys.stdout.write(_greeting(simulator))
        sys.stdout.flush()
        while True:
            time.sleep(3600)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C: 0 then, 1 if it cannot serve."""
    # Set even where a shell has switched Ctrl-C off, as it does for what runs behind it.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.default_int_handler)
    try:
        _serve(_options(arguments))
    except KeyboardInterrupt:
        return 0
    except (OSError, OverflowError, ValueError) as error:
        sys.stderr.write(f"cannot serve: {error}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
