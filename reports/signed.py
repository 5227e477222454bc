"""The signatures under a run to sentences, or plain values, that say who signed what, when, or that nobody did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from audit.model.assent import Assent
from audit.model.clean import json_text, line
from audit.model.dossier import Dossier
from audit.model.message import Message, say
from reports.closed import closed
from reports.translate import Translator

FORGED: Final = frozenset(("tampered", "wrong-signer"))
_STATES: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "good": say("it counts"),
        "tampered": say("it is not of this run as it is now"),
        "wrong-signer": say("the key is somebody else's"),
        "unknown-signer": say("the list of signers does not know the key"),
        "no-signers": say("no list of signers was named, so nobody knows whose key it is"),
        "wrong-namespace": say("the key is listed for another purpose than assessments"),
        "key-expired": say("the key had ended"),
        "key-not-yet": say("the key was not valid yet"),
        "unreadable": say("it is no signature of OpenSSH"),
        "unseen": say("it could not be verified here"),
    }
)


def sentences(found: Sequence[Assent], speak: Translator) -> Iterator[str]:
    """One for each signature; one that says so where there is none."""
    if not found:
        yield speak.text("Nobody has signed this assessment.")
    for one in found:
        state = speak.message(_STATES.get(one.state, say("the list of signers does not let the key sign this")))
        yield speak.text(
            "{sign} Signed by {name}{role} for {who} on {day}; {state}.",
            sign="✓" if one.good else "✗" if one.state in FORGED else "?",
            name=line(one.name),
            role=f" ({line(one.role)})" if one.role else "",
            who=line(", ".join(one.institutions)),
            day=speak.instant(one.signed_at),
            state=state,
        )


def signed(dossier: Dossier, speak: Translator) -> list[str]:
    """The same of a dossier."""
    return list(sentences(dossier.signatures, speak))


def records(found: Sequence[Assent]) -> list[dict[str, Any]]:
    """The same as plain values."""
    return [
        {
            "name": json_text(one.name),
            "role": json_text(one.role),
            "institutions": [json_text(ref) for ref in one.institutions],
            "signed": one.signed_at.isoformat(),
            "root": json_text(one.root),
            "readiness": json_text(one.readiness),
            "scope": json_text(one.scope),
            "state": json_text(one.state),
            "key": json_text(one.key),
            "signer": json_text(one.signer),
        }
        for one in found
    ]


def schema() -> dict[str, Any]:
    """The schema of one signature; `good` is the only `state` in which it counts."""
    text = {"type": "string"}
    return closed(
        name=text,
        role=text,
        institutions={"type": "array", "items": text},
        signed={"type": "string", "format": "date-time"},
        root=text,
        readiness=text,
        scope=text,
        state=text,
        key=text,
        signer=text,
    )
