"""Several operations on the command line."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.integration.simulator.greeting import greeting
from tests.integration.simulator.operations.common import AUCKLAND, BILL, BOGOTA, control, send
from tests.support.paths import ROOT
from tests.support.processes import PATIENCE

if TYPE_CHECKING:
    from tests.simulator import Simulator

# --- the command line --------------------------------------------------------------------------


def run(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.simulator", "--port", "0", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def stopped(process: subprocess.Popen[str]) -> list[str]:
    """What it said on stderr until it was stopped."""
    if sys.platform == "win32":
        # Windows sends no Ctrl-C to one process alone.
        process.terminate()
    else:
        process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0 or sys.platform == "win32"
    return said.splitlines()


def test_several_on_the_command_line() -> None:
    options = [
        *("--server", "0011", "--timezone", AUCKLAND),
        *("--server", "0042", "--timezone", BOGOTA),
        *("--now", "2026-11-20T12:00:00+00:00", "--quota", "5", "--others", "2"),
        *("--token", "mine", "--seed", "3", "--pace", "0.5"),
    ]
    with run(*options) as process:
        said, settings = greeting(process)
        api_url = settings["api_url"]
        assert settings == {
            "operations": [
                {"server": "0011", "token": "mine-0011", "timezone": AUCKLAND},
                {"server": "0042", "token": "mine-0042", "timezone": BOGOTA},
            ],
            "api_url": api_url,
        }
        first, second = (api_url.format(server=each) for each in ("0011", "0042"))
        assert said.startswith(
            f"Simulated Wolkvox operations are at {api_url}\n"
            "token of 0011: mine-0011\ntoken of 0042: mine-0042\n\nTry it:\n"
            f'  curl -H "wolkvox-token: mine-0011" "{first}/information.php?api=services"\n'
        )
        days = {send(f"{first}/{BILL}", token="mine-0011").rows[0]["date"]}
        days.add(send(f"{second}/{BILL}", token="mine-0042").rows[0]["date"])
        (info,) = send(f"{second}/information.php?api=token_info", token="mine-0042").rows
        assert send(f"{second}/{BILL}", token="mine-0011").status == 403
        lines = stopped(process)
    assert days == {"2026-11-20", "2026-11-21"}
    assert (info["token_limit"], info["all_token_today"]) == ("5", "3")
    billing = r"GET /api/v2/billing\.php rec_screen"
    for line, form in zip(
        lines,
        [
            f"0011 {billing} -> 200",
            f"0042 {billing} -> 200",
            r"0042 GET /api/v2/information\.php token_info -> 200",
            f"0042 {billing} -> 403",
        ],
        strict=True,
    ):
        assert re.fullmatch(rf"{form} in \d\.\d{{3}} s", line)


def test_one_zone_for_all_and_a_local_now_on_the_command_line() -> None:
    options = ["--server", "0011", "--server", "0042", "--now", "2026-11-20T23:59:59"]
    with run(*options, "--timezone", AUCKLAND) as process:
        _, settings = greeting(process)
        assert {each["timezone"] for each in settings["operations"]} == {AUCKLAND}
        for each in settings["operations"]:
            url = settings["api_url"].format(server=each["server"])
            assert send(f"{url}/{BILL}", token=each["token"]).rows[0]["date"] == "2026-11-20"
        stopped(process)


def test_one_on_the_command_line_is_greeted_as_ever() -> None:
    with run() as process:
        said, settings = greeting(process)
        url = settings["api_url"]
        assert settings == {"server": "0011", "token": "demo-token", "api_url": url}
        assert said == (
            f"A simulated Wolkvox operation is at {url}\ntoken: demo-token\n\nTry it:\n"
            f'  curl -H "wolkvox-token: demo-token" "{url}/information.php?api=services"\n\n'
            f"Settings of the tap:\n{json.dumps(settings, indent=2)}\n\n"
        )
        assert send(f"{url}/information.php?api=services", token="demo-token").status == 200
        (line,) = stopped(process)
    assert line.startswith("GET /api/v2/information.php services -> 200 in ")


def test_an_output_that_does_not_take_all_characters_is_no_reason_to_fail() -> None:
    with run("--token", "señal-🛠", PYTHONUTF8="0", PYTHONIOENCODING="ascii") as process:
        said, _ = greeting(process)
        stopped(process)
    assert "token: se?al-?\n" in said


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (
            "--server 1 --server 2 --server 3 --timezone UTC --timezone UTC",
            "give one time zone for all or one each; zones: 2, servers: 3",
        ),
        (
            "--timezone UTC --timezone UTC",
            "give one time zone for all or one each; zones: 2, servers: 1",
        ),
        ("--server 1 --server 2 --timezone Nowhere", "no such time zone: 'Nowhere'"),
        ("--server 1 --server 1", "each operation has a server of its own: 1, 1"),
        ("--others -1", "others must be at least 0: -1"),
    ],
)
def test_a_command_line_that_cannot_serve(arguments: str, why: str) -> None:
    with run(*arguments.split()) as process:
        out, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, said) == (1, "", f"cannot serve: {why}\n")


# --- the page for people -----------------------------------------------------------------------


def test_every_option_and_page_stands_on_the_page_for_people(sim: Simulator) -> None:
    page = (ROOT / "tests/simulator/README.md").read_text(encoding="utf-8")
    with run("--help") as process:
        said, _ = process.communicate(timeout=PATIENCE)
    options = set(re.findall(r"--[\w-]+", said)) - {"--help"}
    assert options == set(re.findall(r"^\| `(--[\w-]+)` \|", page, re.MULTILINE))
    pages = set(re.findall(r"/simulator/\w+", control(sim, "nothing").json["error"]))
    assert len(pages) == 4
    assert pages <= set(re.findall(r"/simulator/\w+", page))
