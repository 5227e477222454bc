"""A folder to a MariaDB replica that follows a primary which writes the time every second."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.real.children import wait_until
from tests.real.lab import Lab, Said
from tests.real.labs.mariadb_pair import freeze, said
from tests.real.mariadbs import PROGRAMS, replicating

NEEDS: Final = PROGRAMS


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    with replicating() as (primary, replica):

        def frozen() -> Said:
            freeze(primary, replica)
            age = "select timestampdiff(second, max(ts), now()) from app.heartbeat"
            wait_until(lambda: int(replica.sql(age)) >= 15, "a heartbeat of some age")
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
                "standby": {"env": "LAB_MARIADB_REPLICA"}, "heartbeat": "app.heartbeat.ts", "timeout": "6s",
            },
            state=state,
            breaks={"frozen": frozen, "stopped": stopped, "cut": cut, "other": other},
            promised={"rpo": "20s", "rto": "1h"},
            environment={"LAB_MARIADB_PRIMARY": primary.url(), "LAB_MARIADB_REPLICA": replica.url()},
        )  # fmt: skip
