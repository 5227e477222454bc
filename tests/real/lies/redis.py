"""Ways in which Redis says that data is kept while it is not, to what Haechi says of each."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

LIES: Final = (
    Lie("a fresh server that never saved anything", "redis_server", "fresh", "backup.age", number=9),
    Lie("the log switched off on a server that saves nothing else", "redis_server", "off", "backup.age"),
    Lie("one byte flipped in the newest RDB file", "redis", "flipped", "backup.verified"),
    Lie("the newest RDB file cut off", "redis", "cut", "backup.newest-complete"),
    Lie("a file of three days ago copied again today", "redis", "touched", "backup.age"),
    Lie("the replica told a wrong address of its primary", "redis_replica", "cut", "backup.replication-lag"),
    Lie("the replica made a server of its own", "redis_replica", "promoted", "backup.replication-lag"),
    Lie("the primary of Redis frozen", "redis_replica", "frozen", "backup.replication-lag", "unknown: timeout"),
    Lie("the replica still waits for its first data", "sentinel", "waiting", "failover.standing", number=8),
    Lie("the priority of the only replica set to 0", "sentinel", "barred", "failover.standing"),
)
