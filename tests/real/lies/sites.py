"""Ways in which a service seems to be well at the other place while it is not, to what Haechi says of each."""

from __future__ import annotations

from typing import Final

from tests.real.lie import Lie

LIES: Final = (
    Lie("a certificate at the other place that ended yesterday", "web_pair", "expired", "network.certificate"),
    Lie("a certificate with other names at the other place", "web_pair", "foreign", "network.same-service"),
    Lie("an old version at the other place", "web_pair", "old", "network.same-service"),
    Lie("a page of another year at the other place", "web_pair", "other", "network.same-service"),
    Lie("a way round by another page at the other place", "web_pair", "redirected", "network.same-service"),
    Lie("the first place that answers for the other one", "web_pair", "relayed", "network.same-service"),
    Lie("an older TLS at the other place", "web_pair", "weaker", "network.same-service"),
    Lie("the other place stopped", "web_pair", "stopped", "network.same-service"),
    Lie("a report of UP whose database is DOWN", "health", "lost", "availability.health-report"),
    Lie("a report of UP that names nothing", "health", "silent", "availability.health-report"),
    Lie("a page for people in place of the report", "health", "replaced", "availability.health-report",
        "unknown: incomplete"),
    Lie("a process that says that it does not live", "health", "dead", "availability.health-report"),
    Lie("two halves that are both used to more than a half", "load", "over", "availability.headroom"),
    Lie("per cent where shares were", "load", "counted", "availability.headroom", "unknown: incomplete"),
    Lie("no figures any more", "load", "stopped", "availability.headroom", "unknown: unreachable"),
)  # fmt: skip
