"""Check everything: style, types, tests, coverage.

    python scripts/test.py          checks that take a few minutes
    python scripts/test.py --slow   also tests that install packages and run Meltano
    python scripts/test.py --long   also the longest of these

The script installs what it needs in this folder. It passes other arguments to pytest, such as
`-k throttle`, and then runs only pytest.
"""

from __future__ import annotations

import os
import subprocess
import sys

from environment import ROOT, enter

# One worker more than processors, because tests wait for the tap, and the tap for its server. One
# worker runs a whole file with its fixtures. The files run in the order of their names: the longest
# ones come first, so that no worker is left with one at the end.
SIDE_BY_SIDE = (
    *("-n", str((os.cpu_count() or 1) + 1)),
    *("--dist", "loadfile", "--no-loadscope-reorder"),
)
SLOWEST = ("--durations", "15", "--durations-min", "1")

# They run no line of the tap: to measure coverage would only slow them down.
OF_THE_SIMULATOR = ("tests/integration/simulator", "tests/unit/simulator")

KEPT = {
    "": "not slow and not long",
    "--slow": "not long",
    "--long": "long or not long",
}
"""The tests that run, by the option that asks for them."""

CHECKS = (
    ("ruff", "check"),
    ("ruff", "format", "--check"),
    ("mypy",),
    # With a separate cache: otherwise each of the two discards the cache of the other.
    ("mypy", "--platform", "win32", "--cache-dir", ".mypy_cache/win32"),
)


def main() -> None:
    """Run all checks until one fails, or only the requested tests."""
    enter("test")
    chosen = [word for word in sys.argv[1:] if word not in KEPT]
    kept = next((KEPT[word] for word in ("--long", "--slow") if word in sys.argv), KEPT[""])
    # Python then warns of files that are read in the encoding of the machine, because another
    # machine may have another encoding. In tests, a warning is an error.
    os.environ["PYTHONWARNDEFAULTENCODING"] = "1"
    # Each worker would compile all tests anew, which takes longer than to find them.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if chosen:
        run("pytest", "-m", kept, *chosen)
        return
    for check in CHECKS:
        run(*check)
    run("coverage", "erase")
    together = (*SLOWEST, *SIDE_BY_SIDE, "-m", f"not timed and ({kept})")
    alone = (*SLOWEST, "-m", f"timed and ({kept})")
    others = tuple(f"--ignore={folder}" for folder in OF_THE_SIMULATOR)
    run("pytest", *together, *OF_THE_SIMULATOR)
    run("coverage", "run", "-m", "pytest", *together, *others)
    run("coverage", "run", "-m", "pytest", *alone)
    run("coverage", "combine", "--quiet")
    run("coverage", "report")


def run(*command: str) -> None:
    """Run a command of the environment; exit with its exit code if it fails."""
    print(f"\n== {' '.join(command)}", flush=True)
    ended = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=False)
    if ended.returncode:
        sys.exit(ended.returncode)


if __name__ == "__main__":
    main()
