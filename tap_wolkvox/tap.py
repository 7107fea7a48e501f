"""The tap: its face to Singer, and the run over its streams."""

from __future__ import annotations

import copy
import signal
from functools import cached_property
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, ClassVar, cast

import click
from singer_sdk import Tap
from singer_sdk.configuration._dict_config import parse_environment_config
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.helpers._classproperty import classproperty
from singer_sdk.helpers.capabilities import PluginCapabilities, TapCapabilities
from singer_sdk.mapper import RemoveRecordTransform
from singer_sdk.singerlib import Catalog
from typing_extensions import override

from tap_wolkvox import checks, inputs, quota, run, settings
from tap_wolkvox.connection import Connection
from tap_wolkvox.endpoints import BY_NAME, ENDPOINTS
from tap_wolkvox.output import WholeMessageWriter
from tap_wolkvox.streams import WolkvoxStream, stream

if TYPE_CHECKING:
    from types import FrameType

    from singer_sdk.helpers.capabilities import CapabilitiesEnum
    from singer_sdk.streams import Stream

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
        TapCapabilities.ACTIVATE_VERSION,
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
        if not isinstance(catalog, Catalog | str | PurePath | None):
            found += inputs.catalog_problems(catalog, BY_NAME)
        if not isinstance(state, str | PurePath | None):
            found += inputs.state_problems(state)
        if found:
            raise ConfigValidationError(
                "Invalid input", errors=found, schema=self.config_jsonschema
            )
        super().__init__(catalog=catalog, state=state, **options)

    @cached_property
    def connection(self) -> Connection:
        """The way to the operation that the settings name."""
        return Connection(settings.operation(self.config), self.config)

    @override
    def discover_streams(self) -> list[WolkvoxStream]:
        return [stream(self, endpoint) for endpoint in ENDPOINTS]

    @override  # type: ignore[misc]  # final, as the SDK means it: it ends at the first failure
    def sync_all(self) -> None:
        """Read all selected streams; one that fails does not stop the others.

        Raises:
            RunError: Something was not read; the log says what and why.
        """
        # What a run that broke off had begun, as other versions of the SDK leave it.
        self._reset_state_progress_markers()
        if self.state:
            self.state_writer.write_state(self.state)
        operation = self.connection.operation
        self.logger.info("Server %s: dates are in %s.", operation.server, operation.zone.key)
        streams = cast("list[WolkvoxStream]", list(self.streams.values()))
        selected = [stream for stream in streams if _is_wanted(stream)]
        if not selected:
            self.logger.warning("No stream is selected: nothing is read.")
        run.read_all(operation.server, selected)

    @override  # type: ignore[misc]  # final: it spends a request a stream
    def run_connection_test(self) -> bool:
        """Ask for the token's own figures, for one request, and say what they are.

        Raises:
            WolkvoxError: The server is not reached, or does not take the token.
        """
        token_info = stream(self, BY_NAME["information_token_info"])
        usage = quota.usage(token_info.ask(None))
        click.echo(
            f"Server {self.connection.operation.server} reached, token good. "
            f"Requests today: {usage}."
        )
        return True

    @override
    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        """Check the settings; the SDK's own check would print the values of wrong ones."""
        self.append_builtin_config(self.config_jsonschema)
        settings.complete(self._config, self.config_jsonschema)
        found = checks.problems(self._config, self.config_jsonschema) if raise_errors else []
        if found:
            raise ConfigValidationError(
                "Config validation failed", errors=found, schema=self.config_jsonschema
            )
        return found

    @classproperty
    def _env_var_config(cls) -> dict[str, Any]:  # noqa: N805
        """Settings from the environment; the SDK's own conversion of numbers names no setting."""
        cls.append_builtin_config(cls.config_jsonschema)
        schema = settings.as_text(cls.config_jsonschema)
        return parse_environment_config(schema, cls._env_var_prefix)

    @override
    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        """Leave with the exit code of the signal; the SDK's own would say that all went well."""
        self.logger.warning("Stopped by %s.", signal.Signals(signum).name)
        self.message_writer.leave(_SIGNAL_EXIT + signum)


def _is_wanted(stream: Stream) -> bool:
    """Whether a stream is selected, and no stream map removes all of it."""
    return stream.selected and not all(
        isinstance(stream_map, RemoveRecordTransform) for stream_map in stream.stream_maps
    )
