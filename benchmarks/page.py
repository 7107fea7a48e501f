"""The page `docs/benchmarks.md`: what was measured, on what, and how."""

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

What the tap costs beside the script that people write today and beside a tap of one stream with the
defaults of the SDK. To repeat it, with nothing beside it:

```sh
python benchmarks/run.py
```

Names choose what is measured (`memory wall cpu start requests`), `--small` takes smaller inputs and
wider limits, `--rounds N` says how often each program runs. The exit code is 1 if a figure is
beyond its limit. It needs Linux or macOS.
"""

METHOD = """\
## How

All servers are on this machine. Where something is timed they are processes of their own, and the
answers are ready before they are asked for, or within the time that they are to take. Programs take
turns, round by round; what is shown are medians, and ratios are medians of the rounds' ratios. Each
runs once before, which leaves its bytecode behind and shows that it prints all rows. Memory is
measured three times at most, the long run for wall time once, and requests are counted once.
Figures are of whole processes, from start to end, as the kernel has them. A small launcher starts
each, because a child begins with its parent's peak of memory. Output goes to `/dev/null`, but for
wall time.
"""


def text(found: Mapping[Subject, Outcome], size: Size) -> str:
    """Return the whole page.

    Args:
        found: What each subject found.
        size: How thorough it was.
    """
    parts = [HEAD, METHOD, f"## Where\n\n{machine()}; {size.rounds} rounds.\n"]
    parts += [section(subject, outcome, size) for subject, outcome in found.items()]
    return "\n".join(parts)


def section(subject: Subject, outcome: Outcome, size: Size) -> str:
    """Return what a subject found, with its limits."""
    return "\n".join([f"## {subject.TITLE}\n", subject.HOW, "", *outcome.lines(size), ""])


def machine() -> str:
    """Return what it was measured on and with."""
    told = os.sysconf  # type: ignore[attr-defined,unused-ignore]  # not on Windows
    memory = told("SC_PAGE_SIZE") * told("SC_PHYS_PAGES") / GB
    packages = ", ".join(f"{name} {version(name)}" for name in MEASURED_WITH)
    python = platform.python_version()
    return (
        f"{os.cpu_count()} cores ({processor()}), {memory:.0f} GB of memory, {platform.system()}; "
        f"Python {python}, {packages}"
    )


def busy(load: float, processors: int) -> str:
    """Return a sentence about other programs that slowed this one down; nothing without them.

    Args:
        load: Programs that ran, or waited to run, in the last minute.
        processors: Processors of the machine.
    """
    if load <= processors:
        return ""
    return (
        f"The machine was busy (load {load:.0f} on {processors} processors), which alone can take "
        "a figure beyond its limit. Run it again with nothing beside it."
    )


def processor() -> str:
    """Return the name of the processor's model, as far as the machine tells it."""
    told = Path("/proc/cpuinfo")
    if sys.platform == "linux" and told.exists():
        for line in told.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()
