"""Demo: Meltano loads a simulated Wolkvox into a PostgreSQL, and the script shows the tables.

    python scripts/demo.py

The script installs what it needs in this folder and asks no questions. In a terminal, the database
keeps running until you press Enter.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

from ending import end_on_signals, entered
from environment import ABOUT_PROXIES, ROOT, enter, is_usable

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = ROOT / ".demo"
ADDRESS = DATA / "address"
"""File with the URL of the PostgreSQL. It remains if a demo is interrupted."""
PORT = 54320
SCHEMA = "tap_wolkvox"
DAYS = 7
"""Days before today from which streams that take dates are read."""
PACE = 0.2
"""Activity of the simulator: about 200 calls per day."""
WIDEST = 8
"""Maximum number of columns that are shown side by side."""
MOST_ROWS = 8
MOST_WIDE_ROWS = 3
"""Maximum of rows shown of a table, and of a wide table, which has one line per column."""
PATIENCE = 20
"""Seconds that Meltano has to end."""


def main() -> None:
    """Install, load, show."""
    enter("demo")
    end_on_signals()
    # The installation of the project has put its folder on the path.
    from tests.simulator import Simulator
    from tests.support import postgres

    DATA.mkdir(exist_ok=True)
    with alone() as was_interrupted, entered(postgres.running(DATA / "postgres", PORT)) as database:
        ADDRESS.write_text(database.url, encoding="utf-8")
        remove_plugins_of_others()
        with entered(Simulator(pace=PACE)) as simulator:
            say(f"A simulated Wolkvox runs at {simulator.url}")
            begin = simulator.clock.today() - timedelta(days=DAYS)
            wolkvox = {
                "TAP_WOLKVOX_SERVER": simulator.server,
                "TAP_WOLKVOX_TOKEN": simulator.token,
                "TAP_WOLKVOX_API_URL": simulator.url,
                "TAP_WOLKVOX_START_DATE": begin.isoformat(),
                "TAP_WOLKVOX_REQUEST_INTERVAL": "0",
            }
            run_meltano(wolkvox | database.settings, *["--force"] if was_interrupted else [])
        show_tables(database.url)
        show_how_to_look(database.url)


@contextlib.contextmanager
def alone() -> Iterator[bool]:
    """Lock this folder's database; exit at once if another demo uses it.

    Yields whether the previous demo was interrupted.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(DATA / "demo.lock", blocking=False)
    try:
        lock.acquire()
    except Timeout:
        known = ADDRESS.exists()
        where = f" with its PostgreSQL at {ADDRESS.read_text(encoding='utf-8')}" if known else ""
        sys.exit(f"A demo already runs in this folder{where}: use it, or stop it first.")
    with lock:
        was_interrupted = ADDRESS.exists()
        ADDRESS.unlink(missing_ok=True)
        yield was_interrupted
        ADDRESS.unlink()


def remove_plugins_of_others() -> None:
    """Remove plugins that another Python or another folder installed; Meltano reinstalls them."""
    for folder in (ROOT / ".meltano").glob("*/*/venv"):
        if not is_usable(folder):
            print(f"Recreating {folder.relative_to(ROOT)}: it belongs to another Python or folder.")
            shutil.rmtree(folder)


def run_meltano(settings: dict[str, str], *options: str) -> None:
    """Run the pipeline with the command that a user would type.

    Args:
        settings: Settings of tap and target, as environment variables.
        options: `--force`, if Meltano may take an interrupted run for one that still runs.
    """
    command = ["meltano", "--environment=demo", "run", *options, "tap-wolkvox", "target-postgres"]
    say(" ".join(command))
    environment = os.environ | settings | {"MELTANO_CLI_LOG_LEVEL": "warning"}
    # In a session of its own: Ctrl-C would reach all processes of Meltano at once.
    with subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True) as process:
        try:
            code = process.wait()
        except BaseException:
            end(process)
            raise
    if code:
        sys.exit(f"The run failed: see the messages above. {ABOUT_PROXIES}")


def end(process: subprocess.Popen[bytes]) -> None:
    """Stop Meltano; it has some seconds to finish."""
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()


def show_tables(url: str) -> None:
    """Print the loaded tables."""
    import psycopg
    from psycopg import sql

    with psycopg.connect(url) as connection:
        # So that any client finds the tables without the name of their schema.
        connection.execute(
            sql.SQL("alter role current_user set search_path = {}, public").format(
                sql.Identifier(SCHEMA)
            )
        )
        names = connection.execute(
            "select table_name from information_schema.tables where table_schema = %s order by 1",
            [SCHEMA],
        ).fetchall()
        for (name,) in names:
            query = sql.SQL("select * from {}").format(sql.Identifier(SCHEMA, name))
            cursor = connection.execute(query)
            columns = [column.name for column in cursor.description or ()]
            show_table(f"{SCHEMA}.{name}", columns, cursor.fetchall())


def show_table(title: str, columns: list[str], rows: list[tuple[object, ...]]) -> None:
    """Print one table with one line per row, or one line per column if it is wide."""
    shown = [at for at, name in enumerate(columns) if not name.startswith("_sdc_")]
    wide = len(shown) > WIDEST
    first = sorted(["" if row[at] is None else str(row[at]) for at in shown] for row in rows)
    first = first[: MOST_WIDE_ROWS if wide else MOST_ROWS]
    headed = [[columns[at] for at in shown], *first]
    if wide:
        headed = [list(pair) for pair in zip(*headed, strict=True)]
    widths = [max(map(len, cells)) for cells in zip(*headed, strict=True)]
    say(f"{title}: {len(rows)} {'row' if len(rows) == 1 else 'rows'}")
    for cells in headed:
        print("  ".join(map(str.ljust, cells, widths)).rstrip())
    if len(rows) > len(first):
        print(f"... and {len(rows) - len(first)} more")


def show_how_to_look(url: str) -> None:
    """Print how to connect with a client, and keep the database running until Enter."""
    say(f"Connect to the database with any client, for example: psql {url}")
    print("(If a client needs a password, any text works. The data are in .demo.)")
    if sys.stdin.isatty():
        with contextlib.suppress(EOFError):
            input("PostgreSQL runs until you press Enter: ")
    else:
        print("PostgreSQL stops now. If you start this script in a terminal, it keeps running.")


def say(text: str) -> None:
    """Print a heading."""
    print(f"\n== {text}", flush=True)


if __name__ == "__main__":
    main()
