"""A failover as the inventory words it becomes a Patroni cluster with the address of its REST API."""

from __future__ import annotations

from urllib.parse import urlsplit

from audit.model.address import Url
from audit.model.technology import Failover


class Patroni(Failover, kind="patroni"):
    """A PostgreSQL cluster that Patroni switches over; `url` is the REST API of any member."""

    url: Url

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or self.ref
