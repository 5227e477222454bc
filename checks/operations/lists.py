"""Lists that others keep of the same systems become the names, addresses, places that they hold."""

from __future__ import annotations

from audit.contract import World, probe
from audit.model.address import Host
from audit.model.listed import ExportedList, ListState


class ZoneExport(ExportedList, kind="dns-zone"):
    """A zone of DNS, as its server writes it into a file."""

    origin: Host | None = None
    """The name of the zone, where the file does not say it."""


class MonitoringExport(ExportedList, kind="monitoring"):
    """What the monitoring watches: a table (CSV, XLSX) of hosts with their addresses."""


class AssetRegister(ExportedList, kind="assets"):
    """The register of assets: a table (CSV, XLSX) of machines with the system, place, owner of each."""


class FirewallLog(ExportedList, kind="firewall"):
    """Who spoke with whom: a table (CSV, XLSX) or the log of a firewall."""


@probe(deadline=120)
async def zone(listed: ZoneExport, world: World) -> ListState:
    return await world.lists.listed(listed.file, "dns-zone", listed.columns.written(), listed.origin or "")


@probe(deadline=120)
async def monitoring(listed: MonitoringExport, world: World) -> ListState:
    return await world.lists.listed(listed.file, "monitoring", listed.columns.written(), "")


@probe(deadline=120)
async def assets(listed: AssetRegister, world: World) -> ListState:
    return await world.lists.listed(listed.file, "assets", listed.columns.written(), "")


@probe(deadline=120)
async def firewall(listed: FirewallLog, world: World) -> ListState:
    return await world.lists.listed(listed.file, "firewall", listed.columns.written(), "")
