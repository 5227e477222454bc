"""Ways in which a group of Redis says that it would switch while it could not, to what Haechi says of each."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

LIES: Final = (
    Lie("the only replica frozen", "sentinel", "frozen", "failover.standing"),
    Lie("the group switched, the first primary never came back", "sentinel", "switched", "failover.standing"),
    Lie("two of three Sentinels dead", "sentinel", "undecided", "failover.standing"),
    Lie("a replica that throws keys away when it is full", "sentinel", "drifted", "failover.members-equal"),
)
