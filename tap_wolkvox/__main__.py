"""The command `tap-wolkvox`."""

# ruff: noqa: E402  # the imports are what the collector is switched off for
from __future__ import annotations

import gc

# What is imported stays: to look for garbage among it would take a tenth of the time to start.
gc.disable()

import json
import os
import sys
from typing import NoReturn

import simplejson
from singer_sdk.exceptions import ConfigValidationError

from tap_wolkvox import run
from tap_wolkvox.errors import WolkvoxError
from tap_wolkvox.tap import TapWolkvox

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
    except (OSError, json.JSONDecodeError, simplejson.JSONDecodeError) as error:
        _fail(f"a file given to the tap can't be read: {error}")
    except Exception as error:  # noqa: BLE001  # its text could hold the value of a setting
        _fail(run.unexpected(error))


def _fail(*messages: str) -> NoReturn:
    for message in messages:
        TapWolkvox.logger.error("%s", message)
    sys.exit(1)


if __name__ == "__main__":
    main()
