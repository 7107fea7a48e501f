"""Input files: read in any encoding that says what it is; what can't be used is named."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tap_wolkvox.errors import InputError
from tap_wolkvox.inputs import files
from tap_wolkvox.inputs.files import CONFIG
from tap_wolkvox.inputs.validation import CATALOG, STATE
from tests.support.command_line import TOKEN, state_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulator import Simulator
    from tests.support.command_line import CommandLine

SPANISH = {"operation": "Operación"}
NAMES = (CONFIG, CATALOG, STATE)


def refusal(content: bytes, name: str) -> str:
    with pytest.raises(InputError) as caught:
        files.parsed(content, name)
    return str(caught.value)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
@pytest.mark.parametrize("end", ["", "\r\n", "\n\n"])
def test_a_file_is_read_in_the_encodings_that_editors_and_shells_write(
    encoding: str, end: str
) -> None:
    content = (json.dumps(SPANISH, ensure_ascii=False) + end).encode(encoding)
    assert all(files.parsed(content, name) == SPANISH for name in NAMES)


def test_a_mark_says_in_which_order_its_bytes_are() -> None:
    text = json.dumps(SPANISH, ensure_ascii=False)
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        assert files.parsed(mark + text.encode(encoding), STATE) == SPANISH


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "content",
    [
        json.dumps(SPANISH, ensure_ascii=False).encode("latin-1"),
        b'\xff\xfe{"token',
        b'{"token": "s3cr3t", "x": "\xe1"}',
    ],
)
def test_bytes_that_are_no_text_are_named_with_their_file_and_not_shown(
    name: str, content: bytes
) -> None:
    message = refusal(content, name)
    assert message.startswith(f"{name}: the file is no UTF-8: save it as such")
    assert "s3cr3t" not in message
    assert "\n" not in message


@pytest.mark.parametrize("content", [b"", b"\n", b" \r\n\t", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_an_empty_file_is_called_so_with_what_to_do(content: bytes) -> None:
    assert refusal(content, STATE).endswith("the file is empty: leave --state out of a first run")
    assert refusal(content, CATALOG).endswith("the file is empty: make one with --discover")
    assert refusal(content, CONFIG).endswith("the file is empty: write the settings into it")


@pytest.mark.parametrize(
    "content", [b'{"a": 1}\n{"b": 2}', b'{"a": 1}\r\n\r\n{"b": 2}\r\n', b"1\n2"]
)
def test_several_documents_are_called_so(content: bytes) -> None:
    assert "holds several documents, one a line: keep the last line" in refusal(content, STATE)
    assert "holds several documents, one a line: keep one of them" in refusal(content, CATALOG)


@pytest.mark.parametrize(
    "content",
    [
        b"{} x",
        b'{"a": 1}\n{"s3cr3t"',
        b'{"token": "s3cr3t", }',
        b"s3cr3t",
        b"{}{}",
        b'{"a": "\\x"}',
    ],
)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_json_is_named_with_its_file_and_not_shown(name: str, content: bytes) -> None:
    message = refusal(content, name)
    assert message.startswith(f"{name}: the file is no JSON: ")
    assert re.search(r" at line [12] column \d+$", message)
    assert "s3cr3t" not in message


@pytest.mark.parametrize("content", ["[]", "null", "5", '"text"'])
def test_settings_are_an_object(tmp_path: Path, content: str) -> None:
    path = tmp_path / "config.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="are no JSON object"):
        files.settings(str(path))


@pytest.mark.parametrize("path", ["nowhere.json", "."])
def test_settings_that_cannot_be_read_are_named_with_their_path(path: str) -> None:
    with pytest.raises(InputError) as caught:
        files.settings(path)
    assert f"{CONFIG} can't be read: {path}: " in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_files_of_powershell_are_read(
    tap: CommandLine, simulator: Simulator, services: dict[str, Any], encoding: str
) -> None:
    state = state_of("information_services", "2026-11-19", "snapshot_date")
    files = {"config": {"token": TOKEN}, "catalog": services, "state": state}
    words: list[str] = []
    for name, content in files.items():
        path = tap.folder / f"{name}.{encoding}"
        path.write_bytes(json.dumps(content).encode(encoding))
        words += [f"--{name}", str(path)]
    result = tap.run(*words, token=None)
    assert result.code == 0, result.log
    assert result.streams == {"information_services"}
    assert result.state["bookmarks"].keys() == {"information_services"}
    planned = tap.run(*words, "--plan", token=None)
    assert planned.code == 0, planned.log
    assert "as a first run" not in planned.output
    assert "information_services" in planned.output
    assert "billing" not in planned.output


def test_which_file_it_is_is_said_before_any_request(
    tap: CommandLine, simulator: Simulator, services: dict[str, Any]
) -> None:
    for option, name in (("--config", CONFIG), ("--catalog", CATALOG), ("--state", STATE)):
        path = tap.folder / f"{option[2:]}.broken"
        for content, said in ((b"", "is empty"), (b'{"a": "\xe1"}', "is no UTF-8")):
            path.write_bytes(content)
            result = tap.run(option, str(path), catalog=services, state={})
            assert result.code == 1
            [message] = result.errors
            assert message.startswith(f"{name}: the file {said}")
            assert "Traceback" not in result.log
    assert not simulator.requests
    assert TOKEN not in result.log
