"""Ways in which etcd says that a snapshot is sound while it is not, to what Haechi says of each."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

LIES: Final = (
    Lie("one byte flipped in the newest snapshot", "etcd", "flipped", "backup.verified", number=5),
    Lie("the newest snapshot cut off", "etcd", "cut", "backup.newest-complete"),
    Lie("snapshots of another, empty cluster", "etcd", "emptied", "backup.newest-complete"),
)
