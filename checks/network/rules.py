"""What name servers say of a zone becomes the ruling on whether enough of them stand far enough apart."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Final

from audit.contract import Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.facts import NameServer, NameState, Sample
from audit.model.graph import Graph
from audit.model.technology import Endpoint
from checks.network.zone import Zone

ENDPOINTS: Final = """
institutions:
  - id: kibo
    systems:
      - id: guarantee
        grade: 1
        endpoints:
          - {id: name, kind: dns, name: guarantee.kibo.example, server: 127.0.0.1, port: 5353}
"""
TWO_SITES: Final = """
sites: [{id: daejeon, networks: [192.0.2.0/24, 198.51.100.0/24]}, {id: busan, networks: [203.0.113.0/24]}]
"""
NAME: Final = "kibo/guarantee/name"


def _served(*addresses: str) -> NameState:
    servers = tuple(NameServer(name=f"ns{number}.example", addresses=(at,)) for number, at in enumerate(addresses, 1))
    return NameState(
        samples=(Sample(address="127.0.0.1"),), addresses=("192.0.2.4",), zone="kibo.example", servers=servers
    )


def _network(address: str) -> str:
    """The part of the network that one router fault takes: /24 or /48."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network(f"{found}/{24 if found.version == 4 else 48}", strict=False))


def _site(server: NameServer, item: Endpoint, graph: Graph) -> str:
    """Where a name server stands: as the inventory places it, or by `networks:` of its sites; empty where unknown."""
    for one in item.servers if isinstance(item, Zone) else ():
        known = {one.door.name.lower(), one.server.lower()}
        if one.at is not None and known & {server.name, *server.addresses}:
            return min(graph.sites(one.at), default="")
    found = {
        site.ref
        for address in server.addresses
        for site in graph.estate.sites
        if any(ip_address(address) in network for network in site.networks)
    }
    return min(found) if len(found) == 1 else ""


@check(
    "network.name-servers",
    control="NET-01",
    method="A",
    severity="high",
    answers=("NIST SP 800-53r5 SC-20", "NIST SP 800-53r5 SC-22", "CSF PR.IR-03"),
    limits={"servers": ("3", "2", "2", "-"), "networks": ("2", "2", "1", "-"), "sites": ("2", "2", "1", "-")},
    examples=(
        Example(Verdict.PASS, ENDPOINTS, NAME, seen=_served("192.0.2.1", "192.0.2.2", "198.51.100.1")),
        Example(Verdict.PASS, TWO_SITES + ENDPOINTS, NAME, seen=_served("192.0.2.1", "192.0.2.2", "203.0.113.1")),
        Example(Verdict.FAIL, ENDPOINTS, NAME, seen=_served("192.0.2.1", "192.0.2.2", "192.0.2.3")),
        Example(Verdict.FAIL, TWO_SITES + ENDPOINTS, NAME, seen=_served("192.0.2.1", "192.0.2.2", "198.51.100.1")),
        Example(
            Verdict.UNKNOWN,
            ENDPOINTS,
            NAME,
            seen=NameState(samples=(Sample(address="127.0.0.1"),), addresses=("192.0.2.4",)),
            reason=Reason.INCOMPLETE,
        ),
    ),
)
def name_servers_stand_apart(endpoint: Subject[Endpoint], seen: NameState, limits: Limits) -> Ruling:
    """The zone of the name is served by enough name servers in enough separate networks and sites.

    Why: when all name servers stand in the network that is lost, every service of the house is lost with its name,
    also those that still run.

    Fix: let a second provider, or a machine in another site, serve the zone as a secondary.
    """
    least_servers, least_networks = int(limits.number("servers")), int(limits.number("networks"))
    least_sites = int(limits.number("sites"))
    reachable = [server for server in seen.servers if server.addresses]
    networks = sorted({_network(address) for server in reachable for address in server.addresses})
    places = len({frozenset(server.addresses) for server in reachable})
    sites = {_site(server, endpoint.item, endpoint.graph) for server in reachable}
    met = places >= least_servers and len(networks) >= least_networks
    figures = {
        "zone": seen.zone,
        "servers": str(places),
        "networks": str(len(networks)),
        "least": str(least_servers),
        "apart": str(least_networks),
    }
    measured = say("name servers {servers}, networks {networks}", **figures)
    required = say("at least name servers {least}, networks {apart}", **figures)
    if met and "" not in sites and len(sites) < least_sites:
        # Where the place of one is not known, it may be another one: then the networks alone decide.
        says = say(
            "all name servers of the zone {zone} stand in {site}: {servers} in {networks} networks",
            site=", ".join(sorted(sites)), **figures,
        )  # fmt: skip
        return ruling(False, measured=measured, required=say("in {count} sites", count=least_sites), says=says)
    if met:
        says = say("the zone {zone} has name servers: {servers}, in separate networks: {networks}", **figures)
    else:
        says = say(
            "the zone {zone} has name servers: {servers}, in separate networks: {networks}; its grade needs {least} "
            "in {apart}",
            **figures,
        )
    return ruling(met, measured=measured, required=required, says=says)
