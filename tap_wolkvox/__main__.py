"""The command `tap-wolkvox`."""

# ruff: noqa: E402  # the imports are what signals and the collector are prepared for
from __future__ import annotations

import gc
import signal

# What is imported stays: to look for garbage among it would take a tenth of the time to start.
gc.disable()

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    # Until there is a tap to handle it, Ctrl-C has nothing to tidy up, and no traceback to show.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import os
import sys
from typing import TYPE_CHECKING, NoReturn, TextIO, cast

from singer_sdk.exceptions import ConfigValidationError

from tap_wolkvox.errors import WolkvoxError
from tap_wolkvox.sync import runner
from tap_wolkvox.tap import TapWolkvox

if TYPE_CHECKING:
    from io import TextIOWrapper

gc.enable()

SELDOM = 50_000
"""Containers that are made between two looks for garbage."""

LOG_CONFIG = "SINGER_SDK_LOG_CONFIG"
"""Environment variable that names a file, by which the SDK sets up logging."""


def main() -> None:
    """Run the command line; what goes wrong is one line and exit code 1, without a traceback."""
    gc.freeze()
    # Rows are no garbage that goes round in circles: to look for that often is no use.
    gc.set_threshold(SELDOM)
    if cast("TextIO | None", sys.stdout) is None:
        # The next file that is opened would take its place.
        _fail("standard output is closed: let it go to a target, or to a file")
    # What its encoding lacks is no reason to fail: it is escaped, as on standard error.
    cast("TextIOWrapper", sys.stdout).reconfigure(errors="backslashreplace")
    if os.environ.get(LOG_CONFIG) == "":
        # As with the settings: an empty variable is none.
        del os.environ[LOG_CONFIG]
    try:
        command = TapWolkvox.cli
    except Exception:  # noqa: BLE001  # whatever a file can hold
        _fail(f"{LOG_CONFIG} names no logging configuration that can be read: mend or unset it")
    try:
        command()
    except WolkvoxError as error:
        _fail(str(error))
    except ConfigValidationError as error:
        _fail(*error.errors)
    except OSError as error:
        where = "standard output can't be written" if error.filename is None else error.filename
        _fail(f"{where}: {error.strerror}")
    except Exception as error:  # noqa: BLE001  # its text could hold the value of a setting
        _fail(runner.unexpected(error))


def _fail(*messages: str) -> NoReturn:
    for message in messages:
        TapWolkvox.logger.error("%s", message)
    sys.exit(1)


if __name__ == "__main__":
    main()
