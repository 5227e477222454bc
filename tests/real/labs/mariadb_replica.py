"""A folder to a MariaDB replica that follows a primary which writes the time every second."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.real.lab import Lab, Said
from tests.real.mariadbs import PROGRAMS, Mariadb, replicating

NEEDS: Final = PROGRAMS
_ASKED: Final = ("Slave_IO_Running", "Slave_SQL_Running", "Seconds_Behind_Master")


def said(replica: Mariadb) -> Said:
    """What the replica says of itself, in the words that everybody monitors."""
    text = replica.shown("show slave status")
    found = {name: match[1] for name in _ASKED if (match := re.search(rf"{name}: (\S*)", text))}
    line = ", ".join(f"{name}: {value}" for name, value in found.items())
    return Said(line, line.endswith("Seconds_Behind_Master: 0") and "No" not in line)


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    with replicating() as (primary, replica):

        def frozen() -> Said:
            assert primary.process is not None
            primary.process.send_signal(signal.SIGSTOP)
            time.sleep(4)
            return said(replica)

        def stopped() -> Said:
            replica.sql("stop slave sql_thread")
            primary.sql("use app; insert into app.ledger (note) select repeat('y', 100) from seq_1_to_500")
            return said(replica)

        def cut() -> Said:
            replica.sql("stop slave io_thread")
            primary.sql("use app; insert into app.ledger (note) select repeat('y', 100) from seq_1_to_500")
            return said(replica)

        def other() -> Said:
            # The replica was made to follow itself as a primary of its own: nobody switched the audit's URL.
            replica.sql("stop slave; reset slave all; set global gtid_slave_pos = ''")
            return Said("SHOW SLAVE STATUS: empty, no error", content=True)

        def state() -> dict[str, str]:
            tables = "select table_schema, table_name from information_schema.tables where table_schema = 'app'"
            return {
                str(number): server.sql(f"{tables}; select count(*) from app.ledger; show grants for audit@'127.0.0.1'")
                for number, server in enumerate((primary, replica))
            }

        yield Lab(
            item={
                "kind": "mariadb-replica", "primary": {"env": "LAB_MARIADB_PRIMARY"},
                "standby": {"env": "LAB_MARIADB_REPLICA"}, "heartbeat": "app.heartbeat.ts", "timeout": "3s",
            },
            state=state,
            breaks={"frozen": frozen, "stopped": stopped, "cut": cut, "other": other},
            promised={"rpo": "5s", "rto": "1h"},
            environment={"LAB_MARIADB_PRIMARY": primary.url(), "LAB_MARIADB_REPLICA": replica.url()},
        )  # fmt: skip
