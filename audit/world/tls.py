"""A host with a port to what its TLS handshakes show."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import timedelta

from audit.model.facts import Certificate, ServiceState
from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.certificate import distrust, sent_chain
from audit.world.connect import Wire
from audit.world.draft import Draft
from audit.world.every import every_address
from audit.world.fault import Fault
from audit.world.guard import Guard
from audit.world.question import encoded
from audit.world.trust import Trust


@dataclass(frozen=True, slots=True)
class TlsHand:
    """Handshakes with a check of the certificate."""

    guard: Guard
    trust: Trust

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
            draft.enter("connect")
            wire = await Wire.to(draft.address, port)
            try:
                await shake_hands(wire, draft, port, called, context, self.trust)
            finally:
                wire.close()

        return await every_address(self.guard, host, family, timeout, attempt)


async def shake_hands(wire: Wire, draft: Draft, port: int, name: str, context: ssl.SSLContext, trust: Trust) -> None:
    """Secure a connection, noting version and certificate; Fault where the server cannot be trusted."""
    draft.enter("tls")
    try:
        tls = await wire.secure(context, name)
    except ssl.SSLCertVerificationError as refused:
        draft.fault = Fault(*distrust(refused, None))
        seen = await _look_without_trust(draft, port, name, trust)
        failure, detail = distrust(refused, seen)
        if seen is not None:
            draft.certificate = seen.model_copy(update={"trusted": False, "trouble": detail[:200]})
        raise Fault(failure, detail) from refused
    except ssl.SSLEOFError as ended:
        raise Fault("tls-protocol", "the server closed the connection during the handshake") from ended
    draft.tls = tls.version() or ""
    seen = trust.certificate(sent_chain(tls))
    if seen is not None and context.verify_mode == ssl.CERT_NONE:
        seen = seen.model_copy(update={"trusted": False, "trouble": "not verified, as the inventory asks"})
    draft.certificate = seen


async def _look_without_trust(draft: Draft, port: int, name: str, trust: Trust) -> Certificate | None:
    """The certificate of a server that cannot be trusted, from a second handshake over which nothing is asked."""
    wire: Wire | None = None
    try:
        wire = await Wire.to(draft.address, port)
        return trust.certificate(sent_chain(await wire.secure(trust.blind(), name)))
    except OSError:
        return None
    finally:
        if wire is not None:
            wire.close()
