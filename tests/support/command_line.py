"""The tap as its users run it: a command in a process of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tap_wolkvox.tap import TapWolkvox
from tests.support.processes import PATIENCE, started

if sys.platform != "win32":
    from tests.support.forks import forked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.simulator import Simulator, Simulators
    from tests.support.processes import Process

TOKEN = f"s3cr3t+t0ken/={os.getpid():09x}"
"""The token of all tests of this process, made of what could be written in more than one way.

No other process waits for its turn with it.
"""

FEW = (
    "billing_agent_script",
    "billing_intelligent_dial",
    "billing_rec_screen",
    "billing_rsync_s3_mp3",
    "information_services",
)
"""Streams that most tests read: those whose subject is not which streams there are."""

SET_CLOCK = Path(__file__).parent / "set_clock"

Message = dict[str, Any]


@dataclass(frozen=True)
class Result:
    """What a run left behind.

    Args:
        code: Its exit code.
        output: What it wrote to standard output.
        log: What it wrote to standard error.
    """

    code: int
    output: str
    log: str

    @cached_property
    def messages(self) -> list[Message]:
        """The Singer messages, in their order."""
        return [json.loads(line) for line in self.output.splitlines()]

    @property
    def errors(self) -> list[str]:
        """The lines of the log that are errors, without time and name."""
        lines = self.log.splitlines()
        return [line.split(" | ", 3)[3].strip() for line in lines if "| ERROR " in line]

    @property
    def left(self) -> dict[str, str]:
        """What is said to be left to the next run, stream by stream."""
        said = re.findall(r"Server \d+, stream (\w+): left to the next run, (.*)", self.log)
        return dict(said)

    def records(self, stream: str) -> list[dict[str, Any]]:
        """Return the records of a stream."""
        return [
            message["record"]
            for message in self.messages
            if message["type"] == "RECORD" and message["stream"] == stream
        ]

    @property
    def streams(self) -> set[str]:
        """Streams that records came from."""
        return {message["stream"] for message in self.messages if message["type"] == "RECORD"}

    @property
    def state(self) -> dict[str, Any]:
        """The last STATE."""
        states = [message["value"] for message in self.messages if message["type"] == "STATE"]
        last: dict[str, Any] = states[-1] if states else {}
        return last


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A shell in a folder of its own, with settings that a run starts from.

    Args:
        folder: Where files are put, those that the tap makes by itself among them.
        settings: Settings of each run, until it brings its own.
        streams: Streams that a run selects, until it brings a catalog; none: what the tap selects.
        temporary: The machine's folder for temporary files, if it is not the same folder.
        python: The interpreter that runs it.
    """

    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)
    streams: tuple[str, ...] = ()
    temporary: Path | None = None
    python: str = sys.executable

    def run(
        self,
        *arguments: str,
        catalog: dict[str, Any] | None = None,
        state: dict[str, Any] | None = None,
        patience: float = PATIENCE,
        **settings: Any,
    ) -> Result:
        """Run the tap to its end, which comes within some seconds, and return what it left."""
        with self.start(*arguments, catalog=catalog, state=state, **settings) as process:
            try:
                output, log = process.communicate(timeout=patience)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return Result(process.returncode, output, log)

    def start(
        self,
        *arguments: str,
        catalog: dict[str, Any] | None = None,
        state: dict[str, Any] | None = None,
        now: str | None = None,
        environment: dict[str, str] | None = None,
        fresh: bool = False,
        **settings: Any,
    ) -> Process:
        """Start the tap.

        Args:
            *arguments: Further words of the command line.
            catalog: Catalog to hand to it.
            state: State to hand to it.
            now: Where its clock stands still, in ISO 8601 with the offset, or a file that says so.
            environment: Environment variables beside the usual ones.
            fresh: Whether it has to be a process that Python starts, as it is where Python has to
                see the environment; else, where the system can, it is a fork of one that is ready.
            **settings: Settings in place of the usual ones; None takes one away.
        """
        words: list[str] = []
        if catalog is None and self.streams and "--discover" not in arguments:
            catalog = selection(*self.streams)
        merged = dict((self.settings | settings).items())
        config = {name: value for name, value in merged.items() if value is not None}
        for name, content in (("config", config), ("catalog", catalog), ("state", state)):
            if content is not None:
                path = self.folder / f"{name}.json"
                path.write_text(json.dumps(content), encoding="utf-8")
                words += [f"--{name}", str(path)]
        words += arguments
        more = environment or {}
        clock = {"SIMULATED_NOW": now} if now else {}
        if sys.platform != "win32" and not (fresh or self._needs_a_start_of_python(more)):
            return forked(words, self.folder, self._environment() | clock | more)
        site = {"PYTHONPATH": str(SET_CLOCK)} if now else {}
        command = [self.python, "-m", "tap_wolkvox", *words]
        return started(command, self.folder, self._environment() | clock | site | more)

    def _needs_a_start_of_python(self, environment: Iterable[str]) -> bool:
        is_read_at_start = any(name.startswith("PYTHON") for name in environment)
        return is_read_at_start or self.python != sys.executable

    def _environment(self) -> dict[str, str]:
        """Return the environment without what would make a run depend on this machine."""
        python = ("DONTWRITEBYTECODE", "UNBUFFERED", "WARNDEFAULTENCODING")
        foreign = ("TAP_WOLKVOX_", "LOGLEVEL", *(f"PYTHON{name}" for name in python))
        kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self.temporary or self.folder))
        return kept | temporary | {"PYTHONUTF8": "1"}


def for_simulator(simulator: Simulator, folder: Path, *streams: str) -> CommandLine:
    """Return a command line that reads a simulator, in no hurry to retry."""
    settings = {
        "server": simulator.server,
        "token": simulator.token,
        "api_url": simulator.url,
        "request_interval": 0,
        "max_retries": 0,
    }
    return CommandLine(folder, settings, streams)


def for_simulators(simulators: Simulators, folder: Path, *streams: str) -> CommandLine:
    """Return a command line that reads several simulators, in no hurry to retry."""
    settings = {
        "operations": simulators.operations,
        "api_url": simulators.api_url,
        "request_interval": 0,
        "max_retries": 0,
    }
    return CommandLine(folder, settings, streams)


def partition(state: dict[str, Any], stream: str, server: str = "0011") -> dict[str, Any]:
    """Return what a state holds of a stream of one server; nothing where it holds nothing."""
    found: list[dict[str, Any]] = state["bookmarks"].get(stream, {}).get("partitions", [])
    return next((each for each in found if each["context"]["wolkvox_server"] == server), {})


def state_of(stream: str, value: str, key: str = "date", **others: str) -> dict[str, Any]:
    """Return a state with one bookmark."""
    partition = {
        "context": {"wolkvox_server": "0011"},
        "replication_key": key,
        "replication_key_value": value,
        **others,
    }
    return {"bookmarks": {stream: {"partitions": [partition]}}}


def bookmark_of(state: dict[str, Any], stream: str) -> str | None:
    """Return the bookmark of the one server that a state knows, if there is one."""
    [partition] = state["bookmarks"][stream]["partitions"]
    found: str | None = partition.get("replication_key_value")
    return found


@cache
def discovered() -> str:
    """Return the catalog of all streams, as JSON."""
    return TapWolkvox(validate_config=False).catalog_json_text


def selection(*streams: str) -> dict[str, Any]:
    """Return a catalog that selects these streams and no other."""
    catalog: dict[str, Any] = json.loads(discovered())
    for entry in catalog["streams"]:
        for item in entry["metadata"]:
            if not item["breadcrumb"]:
                item["metadata"]["selected"] = entry["tap_stream_id"] in streams
    return catalog
