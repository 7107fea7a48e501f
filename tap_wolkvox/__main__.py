"""The command `tap-wolkvox`."""

# ruff: noqa: E402  # signals and the garbage collector must be prepared before the imports
from __future__ import annotations

import gc
import signal

# Imported modules are never garbage. To collect during the imports takes a tenth of the start time.
gc.disable()

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    # Ctrl-C during the imports ends the process without a traceback. The tap sets its own handler
    # later.
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
"""Number of new container objects between two garbage collections; Python 3.11 has 700."""

LOG_CONFIG = "SINGER_SDK_LOG_CONFIG"
"""Environment variable that names the file with the SDK's logging configuration."""


def main() -> None:
    """Run the command line. An error becomes one line and exit code 1, without a traceback."""
    gc.freeze()
    # Rows form no reference cycles, so frequent collections would find nothing.
    gc.set_threshold(SELDOM)
    if cast("TextIO | None", sys.stdout) is None:
        # The next file to be opened would get the file descriptor of standard output.
        _fail("standard output is closed: let it go to a target, or to a file")
    # Escape characters that the encoding lacks, as Python does on standard error.
    cast("TextIOWrapper", sys.stdout).reconfigure(errors="backslashreplace")
    if os.environ.get(LOG_CONFIG) == "":
        # An empty variable counts as missing, as for the settings.
        del os.environ[LOG_CONFIG]
    try:
        command = TapWolkvox.cli
    except Exception:  # noqa: BLE001  # the file can contain anything
        _fail(f"{LOG_CONFIG} names no logging configuration that can be read: mend or unset it")
    try:
        command()
    except WolkvoxError as error:
        _fail(str(error))
    except ConfigValidationError as error:
        _fail(*error.errors)
    except OSError as error:
        subject = "standard output can't be written" if error.filename is None else error.filename
        _fail(f"{subject}: {error.strerror}")
    except Exception as error:  # noqa: BLE001  # the text may contain the value of a setting
        _fail(runner.unexpected(error))


def _fail(*messages: str) -> NoReturn:
    for message in messages:
        TapWolkvox.logger.error("%s", message)
    sys.exit(1)


if __name__ == "__main__":
    main()
