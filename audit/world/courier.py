"""A letter as JSON on standard input to the same letter at the services of apprise, the outcome on standard output.

This file is run as a program of its own: apprise waits without end, obeys proxies of the environment, may hold what it
was given in memory. None of that may happen to the watch. It imports nothing of haechi, so that `python -P` can run it.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import sys
from typing import Any, Final

NARROW: Final = tuple(map(ipaddress.ip_network, ("169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128")))
"""Link-local addresses, where clouds keep the credentials of a machine."""


class _Heard(logging.Handler):
    """The newest complaint of apprise, which tells no reason otherwise."""

    text = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.text = record.getMessage()


def refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """Let no connection go to where only this machine's own credentials lie, whatever a name or a redirect says."""
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        address = ipaddress.ip_address(str(arguments[1][0]).partition("%")[0])
        plain = getattr(address, "ipv4_mapped", None) or address
        if plain.is_multicast or plain.is_unspecified or any(plain in network for network in NARROW):
            raise PermissionError(f"{plain} is no address that an alert may go to")


def deliver(order: dict[str, str]) -> str:
    """Why the letter did not go out; empty where it did."""
    import apprise

    heard = _Heard(logging.WARNING)
    logger = logging.getLogger("apprise")
    logger.handlers = [heard]
    logger.propagate = False
    services = apprise.Apprise()
    for url in filter(None, map(str.strip, order["url"].splitlines())):
        services.add(url)
    if not len(services):
        return "the URL means nothing to apprise"
    for service in services:
        service.redirects = False
    print("ready", flush=True)  # noqa: T201 - what the other end waits for
    try:
        sent = services.notify(title=order["title"], body=order["text"], body_format="text")
    except (OSError, ValueError) as broken:
        return f"{type(broken).__name__}: {broken}"
    return "" if sent else heard.text or "the service did not take it"


if __name__ == "__main__":
    sys.addaudithook(refuse)
    why = deliver(json.load(sys.stdin))
    print(json.dumps({"why": why}), flush=True)  # noqa: T201
