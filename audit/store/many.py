"""A question to an open database in, the driver's own rows to it out, many at a time."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Executable

_STREAMED: Final = 5_000


def many(
    connection: Connection, wanted: Executable, size: int, given: Mapping[str, object] | None = None
) -> Generator[Sequence[tuple[Any, ...]], None, None]:
    """So many rows at once, as the driver made them: of a million of them each step of ours on the way counts.

    Whoever may stop before the last of them closes it: the cursor lies on a server perhaps.
    """
    asked = connection.execute(wanted, given, execution_options={"yield_per": _STREAMED})
    # Not from the cursor: some rows of it may have been taken already, and its errors would be those of the driver.
    try:
        while rows := asked.cursor_strategy.fetchmany(asked, asked.cursor, size):
            yield rows
    finally:
        asked.close()
