"""The tap: the class that the Singer SDK knows, and its command line."""

from __future__ import annotations

import copy
import signal
import sys
from functools import cached_property
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, ClassVar

import click
from dotenv import find_dotenv
from singer_sdk import Tap
from singer_sdk.configuration._dict_config import parse_environment_config
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.helpers._classproperty import classproperty
from singer_sdk.helpers.capabilities import PluginCapabilities, TapCapabilities
from singer_sdk.plugin_base import _ConfigInput
from singer_sdk.singerlib import Catalog
from typing_extensions import override

from tap_wolkvox.api.budget import RequestLimit
from tap_wolkvox.catalog import schemas
from tap_wolkvox.catalog.endpoints import BY_NAME, ENDPOINTS
from tap_wolkvox.config import settings, stream_maps, validation
from tap_wolkvox.config.completion import as_text, complete
from tap_wolkvox.config.operation import operations
from tap_wolkvox.errors import InputError
from tap_wolkvox.inputs import files
from tap_wolkvox.inputs.catalog import completed
from tap_wolkvox.inputs.state import by_server
from tap_wolkvox.inputs.validation import (
    CATALOG,
    STATE,
    catalog_problems,
    singer_state,
    state_problems,
)
from tap_wolkvox.messages.writer import WholeMessageWriter
from tap_wolkvox.streams import WolkvoxStream, new_stream
from tap_wolkvox.sync import preflight, runner
from tap_wolkvox.sync.operation import OperationSync

if TYPE_CHECKING:
    from types import FrameType

    from singer_sdk.helpers.capabilities import CapabilitiesEnum

_ENVIRONMENT = "ENV"
"""The value of `--config` that means: read the settings from the environment."""

_SIGNAL_EXIT = 128
"""Shells add this to the number of a signal to get an exit code."""


class TapWolkvox(Tap):
    """Singer tap for Wolkvox, the contact-centre platform."""

    message_writer: WholeMessageWriter

    name = "tap-wolkvox"
    # A copy: the SDK adds its own settings to it, in place.
    config_jsonschema: ClassVar[dict[str, Any]] = copy.deepcopy(settings.SCHEMA)
    message_writer_class = WholeMessageWriter
    # Not BATCH: the SDK would write deselected columns into its files.
    capabilities: ClassVar[list[CapabilitiesEnum]] = [
        TapCapabilities.CATALOG,
        TapCapabilities.STATE,
        TapCapabilities.DISCOVER,
        PluginCapabilities.ACTIVATE_VERSION,
        PluginCapabilities.ABOUT,
        PluginCapabilities.STREAM_MAPS,
        PluginCapabilities.FLATTENING,
        PluginCapabilities.STRUCTURED_LOGGING,
    ]

    def __init__(
        self,
        *,
        catalog: PurePath | str | dict[str, Any] | Catalog | None = None,
        state: PurePath | str | dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        """Validate the catalog and the state, complete them, and create the tap.

        Args:
            catalog: The catalog, or a path for the SDK to read.
            state: The state, or a path for the SDK to read.
            **options: Other arguments of the SDK's `Tap`.

        Raises:
            ConfigValidationError: A setting, the catalog or the state is not valid.
        """
        problems: list[str] = []
        if isinstance(catalog, Catalog):
            catalog = catalog.to_dict()
        if not isinstance(catalog, str | PurePath | None):
            problems += catalog_problems(catalog, BY_NAME)
        if not isinstance(state, str | PurePath | None):
            unwrapped = singer_state(state)
            problems += state_problems(unwrapped)
            state = None if problems else by_server(unwrapped)
        if problems:
            raise ConfigValidationError(
                "Invalid input", errors=problems, schema=self.config_jsonschema
            )
        if isinstance(catalog, dict):
            catalog = completed(catalog)
        super().__init__(catalog=catalog, state=state, **options)

    @cached_property
    def operations(self) -> list[OperationSync]:
        """The operations in the settings, for a sync."""
        limit = RequestLimit(self.config.get("max_requests"))
        return [
            OperationSync(self, operation, self.config, limit)
            for operation in operations(self.config)
        ]

    @cached_property
    def preflight_operations(self) -> list[OperationSync]:
        """The same operations, for one request each (`--test`, `--plan`).

        The limits on requests do not apply, and nothing is retried.
        """
        config = {**self.config, "max_retries": 0, "quota_reserve": None}
        return [
            OperationSync(self, operation, config, RequestLimit(None))
            for operation in operations(config)
        ]

    @override
    def discover_streams(self) -> list[WolkvoxStream]:
        return [new_stream(self, each, lambda: self.operations[0]) for each in ENDPOINTS]

    @override  # type: ignore[misc]  # final in the SDK, but ends at the first failure
    def sync_all(self) -> None:
        """Sync all selected streams; a stream that fails does not stop the others.

        Raises:
            RunError: Something was not read; the log says what and why.
        """
        # Other versions of the SDK leave progress markers in the state of an interrupted run.
        self._reset_state_progress_markers()
        if self.state:
            self.state_writer.write_state(self.state)
        selected = [operation.selected() for operation in self.operations]
        if not any(selected):
            self.logger.warning("No stream is selected: nothing is read.")
        preflight.warn_of_old_catalog(selected)
        preflight.warn_of_start(selected)
        runner.sync_all(selected, self.message_writer)

    @override  # type: ignore[misc]  # final in the SDK, but sends a request for each stream
    def run_connection_test(self) -> bool:
        """Request the usage of each token, one request each, and log it.

        Raises:
            RunError: A server can't be reached, or it refuses the token.
        """
        preflight.test_connections(self.preflight_operations)
        return True

    def print_plan(self) -> None:
        """Print how many requests a run would send. It sends one request for each operation.

        Raises:
            RunError: The quota of an operation can't be read.
        """
        if self.input_catalog is None:
            click.echo("Without a catalog (--catalog), of what is read by default.")
        if not self.state:
            click.echo("Without a state (--state), as a first run.")
        preflight.print_plan(self.preflight_operations, self.config)

    @override
    @classmethod
    def cb_config(
        cls, ctx: click.Context, param: click.Option, value: tuple[str, ...]
    ) -> _ConfigInput:
        """Return the settings of all files merged; a later file overrides an earlier one.

        The files may be in any encoding that `files.parsed` detects.

        Raises:
            InputError: A file can't be read.
        """
        merged: dict[str, Any] = {}
        for path in value:
            merged |= {} if path == _ENVIRONMENT else files.settings(path)
        return _ConfigInput(config=merged, parse_env=_ENVIRONMENT in value)

    @override
    @classmethod
    def get_singer_command(cls) -> click.Command:
        command = super().get_singer_command()
        for option in command.params:
            if option.name in ("catalog", "state"):
                # As bytes: `files.parsed` detects the encoding.
                option.type = click.File("rb")
        command.callback = cls._invoked
        help_text = "Print what a run would cost, for one request an operation, and read nothing."
        command.params.append(click.Option(["--plan"], is_flag=True, help=help_text))
        return command

    @override
    @classmethod
    def cb_test(cls, ctx: click.Context, param: click.Option, value: str) -> None:
        """Test the connection, and close the input files.

        Click closes the files of a command when the command ends. `--test` exits before the command
        starts.
        """
        try:
            super().cb_test(ctx, param, value)
        except BaseException:
            ctx.close()
            raise

    @classmethod
    def _invoked(cls, **options: Any) -> None:
        """Run, and log each problem of the input once; the SDK would log them twice."""
        try:
            cls.invoke(**options)
        except ConfigValidationError as error:
            for problem in error.errors:
                cls.logger.error("%s", problem)  # noqa: TRY400
            sys.exit(1)

    @override
    @classmethod
    def invoke(cls, *, plan: bool = False, **options: Any) -> None:
        """Sync, or print how many requests a sync would send.

        Args:
            plan: Whether to print only.
            **options: The other options of the command line: `config`, `state`, `catalog` …

        Raises:
            InputError: A file can't be read.
        """
        if options["about"]:
            super().invoke(**options)
        if not plan:
            cls.print_version(print_fn=cls.logger.info)
        config, state, catalog = (options[name] for name in ("config", "state", "catalog"))
        tap = cls(
            config=config.config,
            state=state and files.parsed(state.read(), STATE),
            catalog=catalog and files.parsed(catalog.read(), CATALOG),
            parse_env_config=config.parse_env,
        )
        if plan:
            tap.print_plan()
        else:
            tap.sync_all()

    @override
    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        """Validate the settings. The SDK's own validation would print the values of wrong ones."""
        self.append_builtin_config(self.config_jsonschema)
        complete(self._config, self.config_jsonschema)
        problems = self._problems() if raise_errors else []
        if problems:
            raise ConfigValidationError(
                "Config validation failed", errors=problems, schema=self.config_jsonschema
            )
        return problems

    def _problems(self) -> list[str]:
        """Return the problems of the settings, one line each."""
        problems = validation.problems(self._config, self.config_jsonschema)
        maps = self._config.get("stream_maps")
        return problems or list(stream_maps.problems(maps, schemas.by_stream()) if maps else ())

    @classproperty
    def _env_var_config(cls) -> dict[str, Any]:  # noqa: N805
        """The settings in the environment, as text.

        The SDK would convert numbers here, and its errors do not name the setting.
        """
        cls.append_builtin_config(cls.config_jsonschema)
        schema = as_text(cls.config_jsonschema)
        try:
            # Search `.env` from the current folder upwards. The SDK would start in its own folder.
            variables = parse_environment_config(
                schema, cls._env_var_prefix, dotenv_path=find_dotenv(usecwd=True)
            )
        except UnicodeDecodeError:
            raise InputError(
                "the file .env is no UTF-8: write it anew, in PowerShell with `Set-Content "
                "-Encoding utf8`"
            ) from None
        # An empty variable does not override a setting in a file.
        return {name: text for name, text in variables.items() if text}

    @override
    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        """Exit with the exit code of the signal. The SDK's own handler would exit with success."""
        self.logger.warning("Stopped by %s.", signal.Signals(signum).name)
        self.message_writer.shut_down(_SIGNAL_EXIT + signum)
