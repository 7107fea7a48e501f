"""See it work: a simulated Wolkvox, read by Meltano into a PostgreSQL, and shown.

    python scripts/demo.py

It sets up what it needs in this folder and asks for nothing. At a terminal the database stays up
until you press Enter.
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
"""Where the PostgreSQL is. It stays when a demo is broken off."""
PORT = 54320
SCHEMA = "tap_wolkvox"
DAYS = 7
"""Days before today of what takes dates."""
PACE = 0.2
"""How much happens in them: some 200 calls a day."""
WIDEST = 8
"""Columns that fit a terminal side by side."""
MOST_ROWS = 8
MOST_WIDE_ROWS = 3
"""Rows that are shown of a table, and of one that is shown a line a column."""
PATIENCE = 20
"""Seconds that Meltano gets to end."""


def main() -> None:
    """Set up, load, show."""
    enter("demo")
    end_on_signals()
    # The installation of the project has put its folder on the path.
    from tests.simulator import Simulator
    from tests.support import postgres

    DATA.mkdir(exist_ok=True)
    with alone() as goes_on, entered(postgres.running(DATA / "postgres", PORT)) as database:
        ADDRESS.write_text(database.url, encoding="utf-8")
        remove_plugins_of_others()
        with entered(Simulator(pace=PACE)) as simulator:
            say(f"A simulated Wolkvox answers at {simulator.url}")
            begin = simulator.clock.today() - timedelta(days=DAYS)
            wolkvox = {
                "TAP_WOLKVOX_SERVER": simulator.server,
                "TAP_WOLKVOX_TOKEN": simulator.token,
                "TAP_WOLKVOX_API_URL": simulator.url,
                "TAP_WOLKVOX_START_DATE": begin.isoformat(),
                "TAP_WOLKVOX_REQUEST_INTERVAL": "0",
            }
            run_meltano(wolkvox | database.settings, *["--force"] if goes_on else [])
        show_tables(database.url)
        show_how_to_look(database.url)


@contextlib.contextmanager
def alone() -> Iterator[bool]:
    """Keep other demos from using this folder's database; end at once where one does already.

    Yields whether the last one was broken off.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(DATA / "demo.lock", blocking=False)
    try:
        lock.acquire()
    except Timeout:
        known = ADDRESS.exists()
        where = f" with its PostgreSQL at {ADDRESS.read_text(encoding='utf-8')}" if known else ""
        sys.exit(f"A demo already runs in this folder{where}: use that one, or end it first.")
    with lock:
        was_broken_off = ADDRESS.exists()
        ADDRESS.unlink(missing_ok=True)
        yield was_broken_off
        ADDRESS.unlink()


def remove_plugins_of_others() -> None:
    """Let Meltano install anew what another Python has installed, or at another place."""
    for folder in (ROOT / ".meltano").glob("*/*/venv"):
        if not is_usable(folder):
            print(f"Making {folder.relative_to(ROOT)} anew: another Python made it, or elsewhere.")
            shutil.rmtree(folder)


def run_meltano(settings: dict[str, str], *options: str) -> None:
    """Run the pipeline, as anybody would by hand.

    Args:
        settings: Settings of tap and target, as environment variables.
        options: `--force`, where Meltano could take a run that was broken off for one that goes on.
    """
    command = ["meltano", "--environment=demo", "run", *options, "tap-wolkvox", "target-postgres"]
    say(" ".join(command))
    environment = os.environ | settings | {"MELTANO_CLI_LOG_LEVEL": "warning"}
    # Out of the reach of Ctrl-C, which would hit all of its processes at once.
    with subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True) as process:
        try:
            code = process.wait()
        except BaseException:
            end(process)
            raise
    if code:
        sys.exit(f"The run failed: see above. {ABOUT_PROXIES}")


def end(process: subprocess.Popen[bytes]) -> None:
    """Let Meltano end what it has begun; it gets some seconds for that."""
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()


def show_tables(url: str) -> None:
    """Print what was loaded."""
    import psycopg
    from psycopg import sql

    with psycopg.connect(url) as connection:
        # Any client finds the tables without the name of their schema.
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
    """Print one table: a line a row, or a line a column where it is wide."""
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
    """Say how to look at the tables with any client, and wait for whoever does."""
    say(f"Look at the tables with any client, for instance: psql {url}")
    print("(the password, if a client wants one, is anything; the data lie in .demo)")
    if sys.stdin.isatty():
        with contextlib.suppress(EOFError):
            input("PostgreSQL stays up until you press Enter: ")
    else:
        print("PostgreSQL stops now: started at a terminal, this script keeps it up for you.")


def say(text: str) -> None:
    """Print a line that begins something new."""
    print(f"\n== {text}", flush=True)


if __name__ == "__main__":
    main()
