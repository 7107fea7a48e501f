"""Check everything: style, types, tests, coverage.

    python scripts/test.py          what takes a few minutes
    python scripts/test.py --slow   also what installs packages and runs Meltano

It sets up what it needs in this folder. Other words go to pytest: `-k throttle`.
"""

from __future__ import annotations

import os
import subprocess
import sys

from environment import ROOT, enter

# Most tests wait for a server or for time to pass. A file is one worker's, with what it sets up.
SIDE_BY_SIDE = ("-n", "4", "--dist", "loadfile")

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
    chosen = [word for word in sys.argv[1:] if word != "--slow"]
    # What is read in the encoding of one machine is read otherwise on another: a warning, and so an
    # error of a test.
    os.environ["PYTHONWARNDEFAULTENCODING"] = "1"
    kept = "slow or not slow" if "--slow" in sys.argv else "not slow"
    if chosen:
        run("pytest", "-m", kept, *chosen)
        return
    for check in CHECKS:
        run(*check)
    run("coverage", "erase")
    run("coverage", "run", "-m", "pytest", *SIDE_BY_SIDE, "-m", f"not timed and ({kept})")
    run("coverage", "run", "-m", "pytest", "-m", f"timed and ({kept})")
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
