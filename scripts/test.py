"""Check everything: style, types, tests, coverage.

    python scripts/test.py          checks that take a few minutes
    python scripts/test.py --slow   also tests that install packages and run Meltano

The script installs what it needs in this folder. It passes other arguments to pytest, such as
`-k throttle`, and then runs only pytest.
"""

from __future__ import annotations

import os
import subprocess
import sys

from environment import ROOT, enter

# Most tests wait for a server or for time to pass. One worker runs a whole file with its fixtures.
SIDE_BY_SIDE = ("-n", "4", "--dist", "loadfile")

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
    chosen = [word for word in sys.argv[1:] if word != "--slow"]
    # Python then warns of files that are read in the encoding of the machine, because another
    # machine may have another encoding. In tests, a warning is an error.
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
    """Run a command of the environment; exit with its exit code if it fails."""
    print(f"\n== {' '.join(command)}", flush=True)
    ended = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=False)
    if ended.returncode:
        sys.exit(ended.returncode)


if __name__ == "__main__":
    main()
