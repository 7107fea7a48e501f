"""What goes wrong around a run: outputs, signals, files, words of the environment."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.simulator import Simulator, faults
from tests.support.command_line import TOKEN, CommandLine

FULL = Path("/dev/full")


def test_a_target_that_goes_away_ends_the_run_without_a_traceback(
    tap: CommandLine, simulator: Simulator
) -> None:
    simulator.faults.add(faults.extra_rows(20_000), api="agent_script")
    process = tap.start(fresh=True)
    assert process.stdout
    assert process.stderr
    process.stdout.readline()
    process.stdout.close()
    log = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=30) == 1
    assert "the messages can't be written: Broken pipe" in log
    assert "Traceback" not in log
    # The next answer may be under way by then, but none after that.
    assert len(simulator.requests) <= 2


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
def test_a_full_disk_is_no_success(tap: CommandLine) -> None:
    config = tap.folder / "config.json"
    config.write_text(json.dumps(tap.settings), encoding="utf-8")
    command = [sys.executable, "-m", "tap_wolkvox", "--config", str(config)]
    with FULL.open("w", encoding="utf-8") as output:
        ended = subprocess.run(
            command,
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            check=False,
            env=os.environ | {"TMPDIR": str(tap.folder)},
        )
    assert ended.returncode == 1
    assert "No space left" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize("option", ["--discover", "--version"])
def test_a_catalog_that_cannot_be_written_is_no_success(option: str, tmp_path: Path) -> None:
    with FULL.open("w", encoding="utf-8") as output:
        ended = subprocess.run(
            [sys.executable, "-m", "tap_wolkvox", option],
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            check=False,
        )
    assert ended.returncode == 1
    assert "standard output can't be written: No space left on device" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="its shell closes no standard output")
@pytest.mark.parametrize("option", ["", "--discover", "--test", "--plan"])
def test_a_closed_output_is_said_before_any_request(
    tap: CommandLine, simulator: Simulator, option: str
) -> None:
    tap.run("--discover")
    command = f'"{sys.executable}" -m tap_wolkvox --config config.json {option} >&-'
    ended = subprocess.run(
        ["sh", "-c", command],
        cwd=tap.folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("standard output is closed")
    assert ended.stderr.count("\n") == 1
    assert not simulator.requests


@pytest.mark.skipif(sys.platform == "win32", reason="it ends a process otherwise")
def test_a_signal_while_modules_are_imported_shows_no_traceback(tmp_path: Path) -> None:
    """Sent by the first module of ours that is imported, whatever that is."""
    (tmp_path / "sitecustomize.py").write_text(
        "import os, signal, sys\n"
        "def strike(event, details):\n"
        "    if event == 'import' and details[0] == 'tap_wolkvox.sync.runner':\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.addaudithook(strike)\n",
        encoding="utf-8",
    )
    console_script = "from tap_wolkvox.__main__ import main; main()"
    for command in (["-m", "tap_wolkvox"], ["-c", console_script]):
        ended = _version([sys.executable, *command], tmp_path)
        assert ended.returncode == -signal.SIGINT
        assert not ended.stderr
        assert not ended.stdout
    # As a shell has it that runs something in the background.
    ignored = ["sh", "-c", 'trap "" INT; exec "$0" "$@"', sys.executable, "-m", "tap_wolkvox"]
    assert _version(ignored, tmp_path).stdout.startswith("tap-wolkvox v")


def _version(command: list[str], site: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(site)}
    return subprocess.run(
        [*command, "--version"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env=environment,
    )


def test_a_machine_without_a_folder_for_temporary_files_is_told_to_set_one(
    tap: CommandLine, simulator: Simulator, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import tempfile\ntempfile._candidate_tempdir_list = lambda: ['/nowhere/at/all']\n",
        encoding="utf-8",
    )
    for words in ([], ["--test"], ["--plan"]):
        result = tap.run(*words, environment={"PYTHONPATH": str(tmp_path)})
        assert result.code == 1
        [message] = result.errors
        assert message.startswith("no temporary file can be kept (No usable temporary directory")
        assert "set TMPDIR to a folder that can be written" in message
    assert not simulator.requests


def test_a_file_that_is_missing_or_no_json_is_one_line(tap: CommandLine) -> None:
    broken = tap.folder / "broken.json"
    broken.write_text('{"token": "s3cr3t", }', encoding="utf-8")
    for path, said in (("nowhere.json", "can't be read: nowhere.json"), (str(broken), "no JSON")):
        result = tap.run("--config", path)
        assert result.code == 1
        assert len(result.errors) == 1
        assert result.errors[0].startswith("the settings (--config)")
        assert said in result.errors[0]
        assert "Traceback" not in result.log
        assert 's3cr3t"' not in result.log


NO_DATE = {"context": {"wolkvox_server": "0011"}, "replication_key_value": 7}
PARTITION = {"context": {"wolkvox_server": "0011"}, "replication_key_value": "2026-11-20"}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        pytest.param({"state": [1]}, "the state (--state) is no", id="list"),
        pytest.param({"state": 5}, "the state (--state) is no", id="number"),
        pytest.param({"state": {"bookmarks": []}}, "the state (--state) is no", id="no object"),
        pytest.param({"state": {"bookmarks": {"x": [1]}}}, "of `x` that is no object", id="odd"),
        pytest.param(
            {"state": {"bookmarks": {"x": {"partitions": [1]}}}}, "`context`", id="no partition"
        ),
        pytest.param(
            {"state": {"bookmarks": {"x": {"partitions": [PARTITION, PARTITION]}}}},
            "the same server twice",
            id="same server twice",
        ),
        pytest.param(
            {"state": {"bookmarks": {"x": {"replication_key_value": "zzz"}}}},
            "a value that is no date",
            id="text for a date",
        ),
        pytest.param(
            {"state": {"bookmarks": {"x": {"replication_key_value": "20261120"}}}},
            "a value that is no date",
            id="a date that sorts otherwise",
        ),
        pytest.param(
            {"state": {"bookmarks": {"x": {"partitions": [NO_DATE]}}}},
            "a value that is no date",
            id="number for a date",
        ),
        pytest.param(
            {"state": {"bookmarks": {"x": {"timezone": "Nowhere/At_All"}}}},
            "of `x` that has a `timezone` that is none",
            id="a zone that is none",
        ),
        pytest.param({"catalog": [1]}, "the catalog (--catalog) is no", id="catalog is a list"),
        pytest.param({"catalog": {}}, "make one with --discover", id="catalog without streams"),
        pytest.param({"catalog": {"streams": [{"a": 1}]}}, "is no Singer catalog", id="no entry"),
        pytest.param(
            {"catalog": {"streams": [{"tap_stream_id": "x", "metadata": [1]}]}},
            "is no Singer catalog",
            id="odd metadata",
        ),
        pytest.param(
            {
                "catalog": {
                    "streams": [
                        {
                            "tap_stream_id": "billing_recscreen",
                            "schema": {},
                            "metadata": [{"breadcrumb": [], "metadata": {"selected": True}}],
                        }
                    ]
                }
            },
            "selects `billing_recscreen`, which is no stream",
            id="a stream that is none",
        ),
        pytest.param(
            {"stream_maps": {"billing_rec_screen": {"items": f"'{TOKEN}' +"}}},
            "check `stream_maps`",
            id="stream map is no code",
        ),
    ],
)
def test_what_cannot_be_used_is_named_before_any_request(
    tap: CommandLine, simulator: Simulator, files: dict[str, Any], said: str
) -> None:
    result = tap.run(**files)
    assert result.code == 1
    assert said in result.errors[0]
    assert "Traceback" not in result.log
    assert TOKEN not in result.log
    assert not simulator.requests


def test_a_stream_of_another_version_does_no_harm_while_it_is_not_selected(
    tap: CommandLine, services: dict[str, Any]
) -> None:
    services["streams"].append({"tap_stream_id": "gone", "schema": {}, "metadata": []})
    result = tap.run(catalog=services, state={"bookmarks": {"gone": {}}})
    assert result.code == 0, result.log


@pytest.mark.parametrize("maps", [{"billing_rec_screen": None}, {"__else__": "__NULL__"}], ids=str)
def test_a_stream_that_is_mapped_away_costs_no_request(
    tap: CommandLine, simulator: Simulator, maps: dict[str, Any]
) -> None:
    result = tap.run(stream_maps=maps)
    assert result.code == 0, result.log
    assert "rec_screen" not in [request.api for request in simulator.requests]
    assert "billing_rec_screen" not in result.state.get("bookmarks", {})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EMIT_ACTIVATE_VERSION_MESSAGES", "banana"),
        ("FLATTENING_ENABLED", "banana"),
        ("STREAM_MAPS", "{nope"),
    ],
)
def test_a_wrong_word_in_the_environment_is_named(
    tap: CommandLine, simulator: Simulator, name: str, value: str
) -> None:
    result = tap.run("--config", "ENV", environment={f"TAP_WOLKVOX_{name}": value})
    assert result.code == 1
    assert f"setting `{name.lower()}`" in result.errors[0]
    assert value not in result.log
    assert not simulator.requests


def test_a_switch_can_be_set_in_the_environment(tap: CommandLine) -> None:
    environment = {"TAP_WOLKVOX_FLATTENING_ENABLED": "False", "TAP_WOLKVOX_STREAM_MAPS": "{}"}
    assert tap.run("--config", "ENV", environment=environment).code == 0
