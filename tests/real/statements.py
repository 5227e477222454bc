"""Where a PostgreSQL listens, with a statement, to the text that `psql -XqAt` prints of it, without its process."""

from __future__ import annotations

import select
import time
from typing import Final

from psycopg import pq

PATIENCE: Final = 180.0
"""Seconds for a statement: a server that stands still keeps its connections."""


def answered(where: str, statement: str) -> str:
    """Raise RuntimeError where it is refused; several statements are one transaction."""
    plain = "connect_timeout=180 sslmode=disable gssencmode=disable fallback_application_name=psql"
    connection = pq.PGconn.connect(f"{where} {plain}".encode())
    try:
        if connection.status != pq.ConnStatus.OK:
            raise RuntimeError(f"psql: {_problem(connection)}")
        connection.send_query(statement.encode())
        end = time.monotonic() + PATIENCE
        text = ""
        while True:
            while connection.is_busy():
                if not select.select([connection.socket], [], [], max(0.0, end - time.monotonic()))[0]:
                    raise TimeoutError(f"no answer within {PATIENCE:g} seconds to {statement}")
                connection.consume_input()
            result = connection.get_result()
            if result is None:
                return text.strip()
            if result.status not in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
                raise RuntimeError(f"psql: {result.error_message.decode(errors='replace').strip()[-2000:]}")
            for row in range(result.ntuples):
                cells = ((result.get_value(row, column) or b"").decode() for column in range(result.nfields))
                text += "|".join(cells) + "\n"
    finally:
        connection.finish()


def _problem(connection: pq.abc.PGconn) -> str:
    return connection.error_message.decode(errors="replace").strip()[-2000:]
