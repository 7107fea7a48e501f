"""Redaction: text that somebody else wrote, made fit for a log."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

LENGTH = 100
"""Signs of foreign text that are shown at most, if nothing else is asked for."""

_NAME = re.compile(r"[A-Za-z_ ][\w /#-]{0,39}")
_NAMES_SHOWN = 20
_PERSONAL = re.compile(r"\S*@\S*|\d[\d .-]{3,}\d", re.ASCII)


def quoted(text: str, secret: str, length: int = LENGTH) -> str:
    """Return a text as one short line without the token and what could be personal.

    Args:
        text: The text.
        secret: The token.
        length: Signs that are shown at most.
    """
    masked = re.sub(re.escape(secret), "…", text, flags=re.IGNORECASE) if secret else text
    # A control character could rewrite what a terminal shows of the log.
    plain = "".join(sign if sign.isprintable() else " " for sign in masked[: 4 * LENGTH])
    line = _PERSONAL.sub("…", " ".join(plain.split()))
    return line if len(line) <= length else f"{line[:length]}…"


def shown_names(names: Collection[str], secret: str) -> str:
    """Return names of fields for the log: but for those that could be something else."""
    fit = [name for name in names if _NAME.fullmatch(name) and quoted(name, secret) == name]
    first = sorted(fit)[:_NAMES_SHOWN]
    hidden = len(names) - len(first)
    if not first:
        return f"{hidden} with names that are not shown here"
    return ", ".join(first) + (f" and {hidden} not shown here" if hidden else "")
