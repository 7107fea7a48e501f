"""The command `tap-wolkvox`."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from singer_sdk.exceptions import ConfigValidationError

from tap_wolkvox.errors import WolkvoxError
from tap_wolkvox.tap import TapWolkvox


def main() -> None:
    """Run the command line; what goes wrong is one line and exit code 1, without a traceback."""
    try:
        TapWolkvox.cli()
    except WolkvoxError as error:
        _fail(str(error))
    except ConfigValidationError as error:
        _fail(*error.errors)
    except Exception as error:  # noqa: BLE001  # before the first request: no row in its text
        what = f"{type(error).__name__}: {' '.join(str(error).split())}"
        _fail(f"{what}: check the settings, and the files given to the tap")


def _fail(*messages: str) -> NoReturn:
    for message in messages:
        TapWolkvox.logger.error("%s", message)
    try:
        sys.stdout.flush()
    except OSError:
        # The interpreter would try once more, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(1)


if __name__ == "__main__":
    main()
