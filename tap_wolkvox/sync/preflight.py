"""Checks before a run: `--test` (does it work?), `--plan` (what does it cost?), and warnings."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import click

from tap_wolkvox import reporting
from tap_wolkvox.catalog.schemas import RESCUED
from tap_wolkvox.errors import RunError, WolkvoxError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tap_wolkvox.api.quota import QuotaUsage
    from tap_wolkvox.streams import WolkvoxStream
    from tap_wolkvox.sync.operation import OperationSync

logger = logging.getLogger("tap-wolkvox")


def test_connections(operations: Sequence[OperationSync]) -> None:
    """Request the quota usage of each operation, and print it. That costs a request for each.

    Args:
        operations: The operations.

    Raises:
        RunError: A server is not reachable, or refuses the token.
    """
    usages = [_usage(operation) for operation in operations]
    for operation, usage in zip(operations, usages, strict=True):
        if usage:
            prefix = f"Server {operation.operation.server}"
            click.echo(f"{prefix} reached, token good. Requests today: {usage}.")
    if None in usages:
        raise RunError("the test failed: see the lines above")


def print_plan(operations: Sequence[OperationSync], config: Mapping[str, Any]) -> None:
    """Print what a run would cost. That costs one request for each operation.

    Args:
        operations: The operations.
        config: The settings.

    Raises:
        RunError: An operation does not tell its quota usage.
    """
    most, all_costs, usages = config.get("max_requests"), [], []
    warn_of_start(operation.selected() for operation in operations)
    for each in operations:
        operation, costs = each.operation, each.costs()
        click.echo(f"Server {operation.server}, dates in {operation.zone.key}:")
        click.echo("\n".join(reporting.cost_table(costs)))
        all_costs += costs
        usages.append(_usage(each))
        if usage := usages[-1]:
            reserve = config.get("quota_reserve", 0)
            click.echo("\n".join(reporting.quota_lines(costs, usage, reserve)))
    if most:
        click.echo(reporting.runs_line(all_costs, most))
    if None in usages:
        raise RunError("the quota is not known: see the lines above")


def _usage(operation: OperationSync) -> QuotaUsage | None:
    """Return the quota usage of an operation; on failure, log the reason and return None."""
    try:
        return operation.quota_usage()
    except WolkvoxError as error:
        logger.error("Server %s: %s", operation.operation.server, error)  # noqa: TRY400
        return None


def warn_of_old_catalog(operations: Iterable[Iterable[WolkvoxStream]]) -> None:
    """Warn if the catalog lacks columns that this version of the tap has.

    Args:
        operations: The selected streams of each operation.
    """
    missing = {each.name: sorted(each.unplaced) for streams in operations for each in streams}
    lines = [f"{name}: {', '.join(columns)}" for name, columns in missing.items() if columns]
    if lines:
        logger.warning(
            "The catalog (--catalog) lacks columns that this version has (%s): what comes in "
            "them goes to `%s`. Make it anew with --discover",
            *("; ".join(lines), RESCUED),
        )


def warn_of_start(operations: Iterable[Sequence[WolkvoxStream]]) -> None:
    """Warn if a run does not begin at `start_date`: once for each operation, with all its streams.

    Args:
        operations: The selected streams of each operation.
    """
    for streams in filter(None, operations):
        prefix = f"Server {streams[0].operation.client.operation.server}"
        in_future = ", ".join(each.name for each in streams if each.reader.starts_in_future)
        before_state = ", ".join(each.name for each in streams if each.reader.starts_before_state)
        if in_future:
            logger.warning(
                "%s: `start_date` is in the future, and nothing before it is read of %s",
                prefix,
                in_future,
            )
        elif before_state:
            logger.warning(
                "%s: `start_date` is earlier than what was read so far, and a run only goes on "
                "after that. To read from `start_date` on, remove from the state: %s",
                prefix,
                before_state,
            )
