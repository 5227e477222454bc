"""A folder to a MariaDB primary with its replica, as a pair of which one takes over from the other."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.real.children import wait_until
from tests.real.lab import Lab, Said
from tests.real.mariadbs import PROGRAMS, Mariadb, replicating

NEEDS: Final = PROGRAMS
_ASKED: Final = ("Slave_IO_Running", "Slave_SQL_Running", "Seconds_Behind_Master")


def said(replica: Mariadb) -> Said:
    """What the replica says of itself, in the words that everybody monitors, once it is no second behind or halted."""
    told: list[str] = []

    def rests() -> bool:
        text = replica.shown("show slave status")
        found = {name: match[1] for name in _ASKED if (match := re.search(rf"{name}: (\S*)", text))}
        told.append(", ".join(f"{name}: {value}" for name, value in found.items()))
        return told[-1].endswith((": 0", ": NULL"))

    wait_until(rests, "the replica")
    return Said(told[-1], told[-1].endswith(": 0") and "No" not in told[-1])


def freeze(primary: Mariadb, replica: Mariadb) -> None:
    """Stop the primary where it has no transaction half way over: the replica would wait for the rest of it."""
    assert primary.process is not None
    process = primary.process

    def rests() -> bool:
        process.send_signal(signal.SIGSTOP)
        for _ in range(20):
            if "Seconds_Behind_Master: 0" in replica.shown("show slave status"):
                return True
            time.sleep(0.25)
        process.send_signal(signal.SIGCONT)
        return False

    wait_until(rests, "a moment between two transactions")


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    with replicating() as (primary, replica):
        # Every commit of the primary waits until the replica has it.
        replica.sql("set global read_only = 1; set global rpl_semi_sync_slave_enabled = 1")
        primary.sql("set global rpl_semi_sync_master_enabled = 1; set global rpl_semi_sync_master_timeout = 60000")
        replica.sql("stop slave io_thread; start slave io_thread")
        status = "select variable_value from information_schema.global_status where variable_name ="
        waits = f"{status} 'rpl_semi_sync_master_clients'"
        wait_until(lambda: primary.sql(waits) == "1", "the replica that is waited for")
        said(replica)

        def frozen() -> Said:
            freeze(primary, replica)
            return said(replica)

        def stopped() -> Said:
            replica.sql("stop slave sql_thread")
            return said(replica)

        def torn() -> Said:
            """Both take writes: whoever promoted the replica forgot the other."""
            replica.sql("stop slave; reset slave all; set global read_only = 0")
            return Said("SHOW SLAVE STATUS: empty, no error", content=True)

        def delayed() -> Said:
            replica.sql("stop slave; change master to master_delay = 3600; start slave")
            wait_until(lambda: "Slave_IO_Running: Yes" in replica.shown("show slave status"), "the replica")
            return Said("Slave_IO_Running: Yes, Slave_SQL_Running: Yes", content=True)

        def alone() -> Said:
            """The replica no longer acknowledges, so that the primary soon waits for nobody."""
            primary.sql("set global rpl_semi_sync_master_timeout = 100")
            replica.sql("set global rpl_semi_sync_slave_enabled = 0; stop slave io_thread; start slave io_thread")
            wait_until(lambda: primary.sql(f"{status} 'rpl_semi_sync_master_status'") == "OFF", "the end of the wait")
            return said(replica)

        def passed_over() -> Said:
            """Somebody silenced an error of the replay by leaving out what it came from."""
            replica.sql("stop slave; set global replicate_wild_ignore_table = 'app.%'; start slave")
            wait_until(lambda: "Slave_IO_Running: Yes" in replica.shown("show slave status"), "the replica")
            return said(replica)

        def drifted() -> Said:
            replica.sql("set global max_connections = 10")
            return said(replica)

        def writable() -> Said:
            replica.sql("set global read_only = 0; insert into app.ledger (note) values ('written at the replica')")
            return said(replica)

        def state() -> dict[str, str]:
            asked = "select count(*) from app.ledger; show grants for audit@'127.0.0.1'; select @@read_only"
            return {str(number): server.sql(asked) for number, server in enumerate((primary, replica))}

        yield Lab(
            item={
                "kind": "mariadb", "heartbeat": "app.heartbeat.ts", "timeout": "6s",
                "servers": [{"name": "daejeon", "url": {"env": "LAB_PAIR_PRIMARY"}},
                            {"name": "busan", "url": {"env": "LAB_PAIR_REPLICA"}}],
            },
            state=state,
            breaks={"frozen": frozen, "stopped": stopped, "torn": torn, "delayed": delayed, "alone": alone,
                    "writable": writable, "drifted": drifted, "passed-over": passed_over},
            role="failover",
            environment={"LAB_PAIR_PRIMARY": primary.url(), "LAB_PAIR_REPLICA": replica.url()},
        )  # fmt: skip
