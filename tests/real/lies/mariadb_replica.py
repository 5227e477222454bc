"""Ways in which MariaDB says that a replica follows while it does not, to what Haechi says of each."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

LIES: Final = (
    Lie("the primary frozen for four seconds", "mariadb_replica", "frozen", "backup.replication-lag",
        number=7),
    Lie("the replay stopped while rows go on being received", "mariadb_replica", "stopped", "backup.replication-lag"),
    Lie("the receiver stopped while the replay goes on", "mariadb_replica", "cut", "backup.replication-lag"),
    Lie("the replica made a server of its own", "mariadb_replica", "other", "backup.replication-lag"),
)  # fmt: skip
