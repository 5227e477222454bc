"""Mappings of an inventory to what is put before an auditor: evidence, accepted risks."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final

from pydantic import Field

from audit.model.item import Id, Item, SubjectRef, Text
from audit.model.units import Day, Duration, Instant

LONGEST: Final = timedelta(days=365)
"""A risk is accepted for so long at most."""


class Evidence(Item):
    """A document that answers a check about a subject."""

    id: Id
    check: Text
    on: SubjectRef
    file: Text | None = None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$")] | None = None
    collected: Day
    expires: Day
    by: Text | None = None
    says: Text | None = None
    """What is stated, where a person states it rather than a document."""
    role: Text | None = None
    """Of the person in `by:`, e.g. `fire safety manager`."""
    signature: Text | None = None
    """File with the OpenSSH signature of the statement, which `haechi attest` writes; `file:` is signed by its sum."""
    signer: Text | None = None
    """Who signed it, as the estate's list of allowed signers names it; `by:` where it is not written."""
    observed: Instant | None = None
    """When what is stated was seen: keys are judged as they were then, else as on the day of `collected:`."""
    took: Duration | None = None
    """What was timed, such as a cut or a switch."""


class Waiver(Item):
    """An accepted risk: laid over a fail or an unknown, never changing it."""

    check: Text
    on: SubjectRef
    reason: Text
    compensation: Text | None = None
    requested_by: Text
    approved_by: Text
    start: Day | None = Field(default=None, alias="from")
    """The first day on which it holds; where it is not written it holds at once."""
    expires: Day
    """The last day on which it holds, to its end in the estate's time zone; at most 365 days after `from:`, or after
    the day on which a run is judged."""
