"""See it work: a simulated Wolkvox, read by Meltano into a PostgreSQL, and shown.

    python scripts/demo.py

It sets up what it needs in this folder and asks for nothing. At a terminal the database stays up
until you press Enter.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from datetime import timedelta

from environment import ROOT, enter

DATA = ROOT / ".demo"
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


def main() -> None:
    """Set up, load, show."""
    enter("demo")
    sys.path.insert(0, str(ROOT))
    from tests import postgres
    from tests.simulator import Simulator

    DATA.mkdir(exist_ok=True)
    with postgres.running(DATA / "postgres", PORT) as database:
        with Simulator(pace=PACE) as simulator:
            say(f"A simulated Wolkvox answers at {simulator.url}")
            begin = simulator.clock.today() - timedelta(days=DAYS)
            wolkvox = {
                "TAP_WOLKVOX_SERVER": simulator.server,
                "TAP_WOLKVOX_TOKEN": simulator.token,
                "TAP_WOLKVOX_API_URL": simulator.url,
                "TAP_WOLKVOX_START_DATE": begin.isoformat(),
                "TAP_WOLKVOX_REQUEST_INTERVAL": "0",
            }
            run_meltano(wolkvox | database.settings)
        show_tables(database.url)
        show_how_to_look(database.url)


def run_meltano(settings: dict[str, str]) -> None:
    """Run the pipeline, as anybody would by hand."""
    command = ["meltano", "--environment=demo", "run", "tap-wolkvox", "target-postgres"]
    say(" ".join(command))
    environment = os.environ | settings | {"MELTANO_CLI_LOG_LEVEL": "warning"}
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:
        sys.exit("The run failed: see above.")


def show_tables(url: str) -> None:
    """Print what was loaded."""
    import psycopg
    from psycopg import sql

    with psycopg.connect(url) as connection:
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
        with contextlib.suppress(EOFError, KeyboardInterrupt):
            input("PostgreSQL stays up until you press Enter: ")
    else:
        print("PostgreSQL stops now: started at a terminal, this script keeps it up for you.")


def say(text: str) -> None:
    """Print a line that begins something new."""
    print(f"\n== {text}", flush=True)


if __name__ == "__main__":
    main()
