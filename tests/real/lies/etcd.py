"""Ways in which etcd says that a snapshot is sound while it is not, to what Haechi says of each."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

LIES: Final = (
    Lie("one byte flipped in the newest snapshot", "etcd", "flipped", "backup.verified", number=5),
    Lie("the newest snapshot cut off", "etcd", "cut", "backup.newest-complete"),
    Lie("snapshots of another, empty cluster", "etcd", "emptied", "backup.newest-complete"),
    Lie("all keys deleted, the job goes on", "etcd", "all-deleted", "backup.newest-complete"),
    Lie("more than half of the keys deleted, the job goes on", "etcd", "most-deleted", "backup.newest-complete"),
    Lie("an old snapshot copied again today", "etcd", "copied", "backup.newest-complete"),
)
