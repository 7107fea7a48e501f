"""Start a program, wait for it, and print the resources that it used as a JSON object.

    python -S -E launcher.py '[["program", "argument"], "file for its output", "file for its log"]'

The peak resident memory of a child is at least what its parent had resident when it forked. So the
measuring process must not be the parent. This launcher is, and it imports almost nothing.
"""

from __future__ import annotations

import json
import os
import sys
import time

INTO = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


def main() -> None:
    """Start the program, wait, print the figures."""
    command, output, log = json.loads(sys.argv[1])
    began = time.monotonic()
    child = os.fork()  # type: ignore[attr-defined,unused-ignore]  # not on Windows
    if not child:
        become(command, output, log)
    _, status, usage = os.wait4(child, 0)  # type: ignore[attr-defined,unused-ignore]
    figures = {
        "code": os.waitstatus_to_exitcode(status),
        "wall": time.monotonic() - began,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak": usage.ru_maxrss,
    }
    print(json.dumps(figures))


def become(command: list[str], output: str, log: str) -> None:
    """Replace this process by the program; never returns."""
    try:
        for stream, path in enumerate((output, log), 1):
            os.dup2(os.open(path, INTO, 0o600), stream)
        os.execv(command[0], command)  # noqa: S606  # needs no shell
    finally:
        os._exit(127)


if __name__ == "__main__":
    main()
