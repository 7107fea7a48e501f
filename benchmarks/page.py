"""The page `docs/benchmarks.md`: methods, machine and results."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.outcome import Outcome, Size
    from benchmarks.run import Subject

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
MEASURED_WITH = ("singer-sdk", "msgspec", "requests")
GB = 1_000_000_000

HEAD = """\
# Benchmarks

<!-- Made by `python benchmarks/run.py --write`. -->

The cost of the tap, compared with the script that people write today and with a tap of one stream
that uses the defaults of the SDK. Run the benchmarks on an idle machine:

```sh
python benchmarks/run.py
```

Arguments select the benchmarks (`memory wall cpu start requests`). `--small` uses smaller inputs
and wider limits. `--rounds N` sets the number of runs of each program. The exit code is 1 if a
figure exceeds its limit. The benchmarks need Linux or macOS.
"""

METHOD = """\
## How

All servers run on this machine. In timed benchmarks they run in separate processes, and each
response is ready before its request, or within the planned delay. The programs take turns in
rounds. The tables show medians, and ratios are medians of the ratios per round. Each program runs
once before the measurement, which creates its bytecode and checks that it prints all rows. Memory
is measured at most three times, the long run for wall time once, and requests are counted once. The
kernel reports all figures, for whole processes from start to end. A small launcher starts each
program, because the peak memory of a child process begins with the peak of its parent. Output goes
to `/dev/null`, except for wall time.
"""


def text(found: Mapping[Subject, Outcome], size: Size) -> str:
    """Return the whole page.

    Args:
        found: Results of each benchmark.
        size: How thorough the measurement was.
    """
    parts = [HEAD, METHOD, f"## Where\n\n{machine()}; {size.rounds} rounds.\n"]
    parts += [section(subject, outcome, size) for subject, outcome in found.items()]
    return "\n".join(parts)


def section(subject: Subject, outcome: Outcome, size: Size) -> str:
    """Return the section of a benchmark: its results and limits."""
    return "\n".join([f"## {subject.TITLE}\n", subject.HOW, "", *outcome.lines(size), ""])


def machine() -> str:
    """Return a description of the machine and the packages."""
    told = os.sysconf  # type: ignore[attr-defined,unused-ignore]  # not on Windows
    memory = told("SC_PAGE_SIZE") * told("SC_PHYS_PAGES") / GB
    packages = ", ".join(f"{name} {version(name)}" for name in MEASURED_WITH)
    python = platform.python_version()
    return (
        f"{os.cpu_count()} cores ({processor()}), {memory:.0f} GB of memory, {platform.system()}; "
        f"Python {python}, {packages}"
    )


def busy(load: float, processors: int) -> str:
    """Return a sentence about a busy machine, or an empty text if the machine was not busy.

    Args:
        load: Average number of programs that ran or waited to run in the last minute.
        processors: Number of processors of the machine.
    """
    if load <= processors:
        return ""
    return (
        f"The machine was busy (load {load:.0f} on {processors} processors). This alone can make a "
        "figure exceed its limit. Run the benchmarks again on an idle machine."
    )


def processor() -> str:
    """Return the model name of the processor, as far as the system reports it."""
    told = Path("/proc/cpuinfo")
    if sys.platform == "linux" and told.exists():
        for line in told.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()
