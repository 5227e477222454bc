"""A host with a port to what its TLS handshakes show."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from datetime import timedelta

from audit.model.facts import Certificate, ServiceState
from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.certificate import distrust, sent_chain
from audit.world.draft import Draft
from audit.world.every import every_address
from audit.world.fault import Fault
from audit.world.guard import Guard
from audit.world.prober.engine import Engine
from audit.world.prober.flight import Flight
from audit.world.question import encoded
from audit.world.trust import Trust


@dataclass(frozen=True, slots=True)
class TlsHand:
    """Handshakes with a check of the certificate."""

    guard: Guard
    trust: Trust
    engine: Engine = field(default_factory=Engine)

    async def greet(
        self,
        host: str,
        port: int,
        name: str | None,
        timeout: timedelta,
        authority: str | None,
        family: int | None = None,
    ) -> ServiceState:
        context = self.trust.trusting(authority)
        wanted = name or host
        try:
            called = wanted if wanted.isascii() else encoded(wanted).to_text(omit_final_dot=True)
        except ValueError as broken:
            raise CannotSee(Reason.INCOMPLETE, say("{name} cannot be a name in TLS", name=wanted)) from broken

        async def attempt(draft: Draft) -> None:
            await shake_hands(self.engine, Flight(draft, port, context=context, name=called), self.trust)

        return await every_address(self.guard, host, family, timeout, attempt, punctual=True)


async def shake_hands(engine: Engine, flight: Flight, trust: Trust) -> None:
    """See a flight under TLS to its end, noting version and certificate; Fault where the server cannot be trusted."""
    draft = flight.draft
    try:
        await engine.fly(flight)
    except ssl.SSLCertVerificationError as refused:
        seen = await _look_without_trust(engine, flight, trust)
        failure, detail = distrust(refused, seen)
        if seen is not None:
            draft.certificate = seen.model_copy(update={"trusted": False, "trouble": detail[:200]})
        raise Fault(failure, detail) from refused
    except ssl.SSLEOFError as ended:
        if not flight.shaken:
            raise Fault("tls-protocol", "the server closed the connection during the handshake") from ended
        raise
    finally:
        tls, flight.tls = flight.tls, None
        if tls is not None and flight.shaken:
            draft.tls = tls.version() or ""
            seen = trust.certificate(sent_chain(tls))
            if seen is not None and tls.context.verify_mode == ssl.CERT_NONE:
                seen = seen.model_copy(update={"trusted": False, "trouble": "not verified, as the inventory asks"})
            draft.certificate = seen


async def _look_without_trust(engine: Engine, refused: Flight, trust: Trust) -> Certificate | None:
    """The certificate of a server that cannot be trusted, from a second handshake over which nothing is asked."""
    # A draft of its own: this handshake is no part of what a visitor waits for.
    draft = Draft(refused.draft.address, {}, deadline=refused.draft.deadline)
    flight = Flight(draft, refused.port, context=trust.blind(), name=refused.name)
    try:
        await engine.fly(flight)
        return trust.certificate(sent_chain(flight.tls)) if flight.tls is not None else None
    except (OSError, CannotSee):
        return None
