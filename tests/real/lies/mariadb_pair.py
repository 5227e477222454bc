"""Ways in which a replica of MariaDB calls itself sound that could not take over, to what Haechi says of each."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

LIES: Final = (
    Lie("the primary frozen", "mariadb_pair", "frozen", "failover.standing", "unknown: timeout"),
    Lie("the replay of the replica stopped", "mariadb_pair", "stopped", "failover.standing"),
    Lie("primary and replica both take writes", "mariadb_pair", "torn", "failover.standing"),
    Lie("the replica kept an hour behind on purpose", "mariadb_pair", "delayed", "failover.standing"),
    Lie("a filter of the replica that passes over the data", "mariadb_pair", "passed-over", "failover.standing"),
    Lie("the primary waits for no replica any more", "mariadb_pair", "alone", "failover.standing"),
    Lie("a row written at the replica", "mariadb_pair", "writable", "failover.standing"),
    Lie("a replica that takes ten connections", "mariadb_pair", "drifted", "failover.members-equal"),
)
