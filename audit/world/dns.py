"""A name with a name server to what that server answers about the name and its zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import anyio

from audit.model.facts import NameState, Unseen
from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.draft import Draft
from audit.world.every import every_address
from audit.world.guard import Guard
from audit.world.question import encoded
from audit.world.zone import Said, Witness, in_order

_RESERVE: Final = 0.1
"""Seconds before the deadline at which the zone is given up, so that the addresses are not lost with it."""


@dataclass(frozen=True, slots=True)
class DnsHand:
    """Questions to one named server, not to the resolver of this machine."""

    guard: Guard

    async def ask(self, name: str, server: str, port: int, timeout: timedelta) -> NameState:
        try:
            question = encoded(name)
        except ValueError as broken:
            raise CannotSee(Reason.INCOMPLETE, say("{name} cannot be a name in DNS", name=name)) from broken
        deadline = anyio.current_time() + timeout.total_seconds()
        heard: dict[str, Said] = {}

        async def attempt(draft: Draft) -> None:
            witness = Witness(draft.address, port, self.guard.resolver)
            said = Said()
            draft.enter("first-byte")
            draft.blind = witness.silence()
            await witness.addresses(question, said)
            heard[draft.address] = said
            draft.enter("body")
            with anyio.move_on_after(deadline - anyio.current_time() - _RESERVE) as zone:
                await witness.zone(question, said)
            if zone.cancelled_caught:
                late = Unseen.of(CannotSee(Reason.TIMEOUT, say("the servers of the zone did not answer in time")))
                missing = (field for field in ("zone", "soa_expire", "servers") if getattr(said, field) is None)
                said.absent.update(dict.fromkeys(missing, late))

        state = await every_address(self.guard, server, None, timeout, attempt)
        known: dict[str, Any] = {"samples": state.samples} if state.has("samples") else {"partial": state.partial}
        return NameState(**known, **_together([heard[address] for address in sorted(heard)], dict(state.absent)))


def _together(heard: list[Said], absent: dict[str, Unseen]) -> dict[str, Any]:
    """What all addresses of the server said, as the fields of a state."""
    known: dict[str, Any] = {"addresses": in_order({address for said in heard for address in said.addresses})}
    if heard:
        known["ttl"] = min(said.ttl for said in heard if said.ttl is not None)
        known["lifetime"] = max(said.lifetime for said in heard if said.lifetime is not None)
        known["authoritative"] = all(said.authoritative for said in heard)
    for field in ("zone", "soa_expire", "servers"):
        values = [getattr(said, field) for said in heard if getattr(said, field) is not None]
        if values:
            known[field] = values[0]
    for said in heard:
        absent.update({field: why for field, why in said.absent.items() if field not in known})
    return {**known, "absent": absent}
