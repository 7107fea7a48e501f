"""The tap: its face to Singer, and the run over its streams."""

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
"""Stands for a file of settings: they are in the environment."""

_SIGNAL_EXIT = 128
"""What shells add to a signal's number to make an exit code of it."""


class TapWolkvox(Tap):
    """Singer tap for Wolkvox, the contact-centre platform."""

    message_writer: WholeMessageWriter

    name = "tap-wolkvox"
    # A copy: the SDK adds its own settings to it, in place.
    config_jsonschema: ClassVar[dict[str, Any]] = copy.deepcopy(settings.SCHEMA)
    message_writer_class = WholeMessageWriter
    # Not BATCH: its files would hold the columns that were deselected.
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
        """Make the tap.

        Raises:
            ConfigValidationError: A setting, the catalog or the state can't be used.
        """
        found: list[str] = []
        if isinstance(catalog, Catalog):
            catalog = catalog.to_dict()
        if not isinstance(catalog, str | PurePath | None):
            found += catalog_problems(catalog, BY_NAME)
        if not isinstance(state, str | PurePath | None):
            held = singer_state(state)
            found += state_problems(held)
            state = None if found else by_server(held)
        if found:
            raise ConfigValidationError(
                "Invalid input", errors=found, schema=self.config_jsonschema
            )
        if isinstance(catalog, dict):
            catalog = completed(catalog)
        super().__init__(catalog=catalog, state=state, **options)

    @cached_property
    def operations(self) -> list[OperationSync]:
        """The operations that the settings name, to be synced."""
        limit = RequestLimit(self.config.get("max_requests"))
        return [
            OperationSync(self, operation, self.config, limit)
            for operation in operations(self.config)
        ]

    @cached_property
    def preflight_operations(self) -> list[OperationSync]:
        """The same, to be asked one question each: no limit counts, and nothing is retried."""
        config = {**self.config, "max_retries": 0, "quota_reserve": None}
        return [
            OperationSync(self, operation, config, RequestLimit(None))
            for operation in operations(config)
        ]

    @override
    def discover_streams(self) -> list[WolkvoxStream]:
        return [new_stream(self, each, lambda: self.operations[0]) for each in ENDPOINTS]

    @override  # type: ignore[misc]  # final, as the SDK means it: it ends at the first failure
    def sync_all(self) -> None:
        """Sync all selected streams; one that fails does not stop the others.

        Raises:
            RunError: Something was not read; the log says what and why.
        """
        # What a run that broke off had begun, as other versions of the SDK leave it.
        self._reset_state_progress_markers()
        if self.state:
            self.state_writer.write_state(self.state)
        selected = [operation.selected() for operation in self.operations]
        if not any(selected):
            self.logger.warning("No stream is selected: nothing is read.")
        preflight.warn_of_old_catalog(selected)
        preflight.warn_of_start(selected)
        runner.sync_all(selected, self.message_writer)

    @override  # type: ignore[misc]  # final: it spends a request a stream
    def run_connection_test(self) -> bool:
        """Ask for each token's own figures, for one request, and say what they are.

        Raises:
            RunError: A server is not reached, or does not take the token.
        """
        preflight.test_connections(self.preflight_operations)
        return True

    def print_plan(self) -> None:
        """Print what a run would cost, for one request an operation.

        Raises:
            RunError: The quota of an operation can't be known.
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
        """Return the settings of all files, in any encoding that has a mark.

        Raises:
            InputError: One can't be read.
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
                # As bytes: which text they are, only they say.
                option.type = click.File("rb")
        command.callback = cls._called
        what = "Print what a run would cost, for one request an operation, and read nothing."
        command.params.append(click.Option(["--plan"], is_flag=True, help=what))
        return command

    @override
    @classmethod
    def cb_test(cls, ctx: click.Context, param: click.Option, value: str) -> None:
        """Test; click closes the files that it opened for a command that runs only."""
        try:
            super().cb_test(ctx, param, value)
        except BaseException:
            ctx.close()
            raise

    @classmethod
    def _called(cls, **given: Any) -> None:
        """Run, and say what is wrong with what was given; the SDK would say that twice."""
        try:
            cls.invoke(**given)
        except ConfigValidationError as error:
            for problem in error.errors:
                cls.logger.error("%s", problem)  # noqa: TRY400
            sys.exit(1)

    @override
    @classmethod
    def invoke(cls, *, plan: bool = False, **given: Any) -> None:
        """Run, or print what a run would cost.

        Args:
            plan: Whether to print.
            given: What the command line gives: `config`, `state`, `catalog` …

        Raises:
            InputError: A file can't be read.
        """
        if given["about"]:
            super().invoke(**given)
        if not plan:
            cls.print_version(print_fn=cls.logger.info)
        config, state, catalog = (given[name] for name in ("config", "state", "catalog"))
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
        """Check the settings; the SDK's own check would print the values of wrong ones."""
        self.append_builtin_config(self.config_jsonschema)
        complete(self._config, self.config_jsonschema)
        found = self._problems() if raise_errors else []
        if found:
            raise ConfigValidationError(
                "Config validation failed", errors=found, schema=self.config_jsonschema
            )
        return found

    def _problems(self) -> list[str]:
        """Return what is wrong with the settings, a line each."""
        found = validation.problems(self._config, self.config_jsonschema)
        maps = self._config.get("stream_maps")
        return found or list(stream_maps.problems(maps, schemas.by_stream()) if maps else ())

    @classproperty
    def _env_var_config(cls) -> dict[str, Any]:  # noqa: N805
        """Settings from the environment; the SDK's own conversion of numbers names no setting."""
        cls.append_builtin_config(cls.config_jsonschema)
        schema = as_text(cls.config_jsonschema)
        try:
            # The SDK would look for it from its own folder on, not from this one.
            found = parse_environment_config(
                schema, cls._env_var_prefix, dotenv_path=find_dotenv(usecwd=True)
            )
        except UnicodeDecodeError:
            raise InputError(
                "the file .env is no UTF-8: write it anew, in PowerShell with `Set-Content "
                "-Encoding utf8`"
            ) from None
        # An empty one takes no setting of a file away.
        return {name: text for name, text in found.items() if text}

    @override
    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        """Leave with the exit code of the signal; the SDK's own would say that all went well."""
        self.logger.warning("Stopped by %s.", signal.Signals(signum).name)
        self.message_writer.shut_down(_SIGNAL_EXIT + signum)
