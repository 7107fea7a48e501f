"""Check everything: style, types, tests, coverage.

    python scripts/test.py          what takes a few minutes
    python scripts/test.py --slow   also what installs packages and runs Meltano
    python scripts/test.py --long   also what takes many minutes of that

It sets up what it needs in this folder. Other words go to pytest: `-k throttle`.
"""

from __future__ import annotations

import os
import subprocess
import sys

from environment import ROOT, enter

# One more than there are processors: a test waits for the tap, or the tap for its server. A file is
# one worker's, with what it sets up. They go in the order of their names, for what takes longest
# comes first by that: what comes last should be short.
SIDE_BY_SIDE = (
    *("-n", str((os.cpu_count() or 1) + 1)),
    *("--dist", "loadfile", "--no-loadscope-reorder"),
)
SLOWEST = ("--durations", "15", "--durations-min", "1")

KEPT = {
    "": "not slow and not long",
    "--slow": "not long",
    "--long": "long or not long",
}
"""What is done, by the word that asks for it."""

CHECKS = (
    ("ruff", "check"),
    ("ruff", "format", "--check"),
    ("mypy",),
    # With a cache of its own, or each of the two would throw away the other's.
    ("mypy", "--platform", "win32", "--cache-dir", ".mypy_cache/win32"),
)


def main() -> None:
    """Run all checks, to the first that fails; or the tests that were asked for."""
    enter("test")
    chosen = [word for word in sys.argv[1:] if word not in KEPT]
    kept = next((KEPT[word] for word in ("--long", "--slow") if word in sys.argv), KEPT[""])
    # What is read in the encoding of one machine is read otherwise on another: a warning, and so an
    # error of a test.
    os.environ["PYTHONWARNDEFAULTENCODING"] = "1"
    # Each worker would compile all tests anew, which takes longer than to find them.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if chosen:
        run("pytest", "-m", kept, *chosen)
        return
    for check in CHECKS:
        run(*check)
    run("coverage", "erase")
    pytest = ("coverage", "run", "-m", "pytest", *SLOWEST)
    run(*pytest, *SIDE_BY_SIDE, "-m", f"not timed and ({kept})")
    run(*pytest, "-m", f"timed and ({kept})")
    run("coverage", "combine", "--quiet")
    run("coverage", "report")


def run(*command: str) -> None:
    """Run a command of the environment; leave with its exit code if it fails."""
    print(f"\n== {' '.join(command)}", flush=True)
    ended = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=False)
    if ended.returncode:
        sys.exit(ended.returncode)


if __name__ == "__main__":
    main()
