"""Ways in which a name server looks well while the zone would not outlive its primary, to what Haechi says."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

LIES: Final = (
    Lie("one of the secondaries stopped", "zone", "stopped", "network.zone-consistent"),
    Lie("one secondary no longer gets new versions", "zone", "behind", "network.zone-consistent"),
    Lie("one secondary lost its copy of the zone", "zone", "lame", "network.zone-consistent"),
    Lie("the address may be remembered for a day", "zone", "remembered", "failover.name-lifetime"),
    Lie("nobody has signed for a month, one day is left", "zone", "ending", "network.zone-clock"),
    Lie("secondaries drop the zone after two hours", "zone", "expires", "network.zone-clock"),
    Lie("the exported copy is three days old", "zone", "old", "network.zone-copy"),
    Lie("the exported copy is written anew each day, from an old version", "zone", "stale", "network.zone-copy"),
    Lie("the exported copy lacks a name", "zone", "cut", "network.zone-copy"),
)
