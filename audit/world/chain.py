"""Keys of a zone with what they signed, or with what the zone above vouches for, to whether the one fits the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import dns.dnssec
import dns.exception
import dns.message
import dns.name
import dns.rdatatype
import dns.rrset
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.DS import DS
from dns.rdtypes.ANY.RRSIG import RRSIG

_MOST: Final = 20
"""More keys, signatures or records above are there to keep whoever verifies them busy: each is tried with each."""


def keys_of(answer: dns.message.Message) -> dns.rrset.RRset | None:
    """The keys that a zone shows."""
    return next((rows for rows in answer.answer if rows.rdtype == dns.rdatatype.DNSKEY), None)


def fits(answer: dns.message.Message, keys: dns.rrset.RRset) -> bool | None:
    """Whether a signature over one of the answer's records was made with one of the keys, whatever its dates.

    None where nothing is signed, or in a way that is not known here, or more than anybody has a reason for.
    """
    signed = [(rows, one) for rows in answer.answer for one in _over(rows, answer.answer)]
    if len(keys) > _MOST or len(signed) > _MOST:
        return None
    found: list[bool] = []
    for rows, one in signed:
        try:
            dns.dnssec.validate_rrsig(rows, one, {keys.name: keys}, now=one.inception)
            found.append(True)
        except (dns.exception.UnsupportedAlgorithm, ImportError):
            continue
        except (dns.exception.DNSException, ValueError):
            found.append(False)
    return any(found) if found else None


def _over(rows: dns.rrset.RRset, answer: Iterable[dns.rrset.RRset]) -> Iterable[RRSIG]:
    """The signatures over a set of records, by that set's own zone."""
    return (
        one
        for signed in answer
        if signed.name == rows.name
        for one in signed
        if isinstance(one, RRSIG) and one.type_covered == rows.rdtype
    )


def vouched(apex: dns.name.Name, keys: dns.rrset.RRset, above: Sequence[DS]) -> bool | None:
    """Whether the zone above vouches for one of the keys; None where it does so in no way that is known here."""
    if len(keys) > _MOST or len(above) > _MOST:
        return None
    known = False
    for one in above:
        for key in keys:
            if not isinstance(key, DNSKEY) or dns.dnssec.key_id(key) != one.key_tag or key.algorithm != one.algorithm:
                known = known or isinstance(key, DNSKEY)
                continue
            try:
                if dns.dnssec.make_ds(apex, key, one.digest_type, validating=True).digest == one.digest:
                    return True
                known = True
            except (dns.exception.DNSException, ValueError):
                return None
    return False if known else None
