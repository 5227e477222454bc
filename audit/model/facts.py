"""What a look can establish about a subject, in words that no technology owns."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from audit.model.message import say
from audit.model.verdict import CannotSee, Level, Reason


class _Absent:
    def __repr__(self) -> str:
        return "ABSENT"

    def __copy__(self) -> _Absent:
        return self

    def __deepcopy__(self, memo: Any) -> _Absent:
        return self


ABSENT: Final[Any] = _Absent()
"""The default of a fact that a probe may fail to establish: touching it makes the finding `unknown`."""


class Value(BaseModel):
    """A frozen part of facts; `None` in it means that the thing itself has no such part."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_timedelta="float", allow_inf_nan=False)


class Unseen(Value):
    """Why one fact, or a whole look, could not be established."""

    reason: Reason
    template: str
    values: dict[str, str] = {}

    @classmethod
    def of(cls, gap: CannotSee) -> Unseen:
        """What a hand or a probe raised, as data."""
        return cls(reason=gap.reason, template=gap.says.template, values=dict(gap.says.values))


class Facts(Value):
    """The base of all facts. A field that was not set is absent; `absent` tells why, per field."""

    absent: dict[str, Unseen] = {}
    level: Level = Level.OBSERVED

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        if value is not ABSENT:
            return value
        why = super().__getattribute__("absent").get(name)
        if why is None:
            raise CannotSee(Reason.INCOMPLETE, say("the look did not establish {fact}", fact=name.replace("_", " ")))
        raise CannotSee(why.reason, say(why.template, **why.values))

    def has(self, name: str) -> bool:
        """Whether a fact was established."""
        return object.__getattribute__(self, "__dict__")[name] is not ABSENT

    def troubled(self) -> bool:
        """Whether the look saw a trouble that may be passing, so that the engine looks again before anybody judges."""
        return False

    def plain(self) -> dict[str, Any]:
        """The facts as JSON values, absent ones left out; `type(self).model_validate` reads them back."""
        return self.model_dump(mode="json", exclude_unset=True)


Failure = Literal[
    "dns-nxdomain", "dns-servfail", "dns-no-address", "refused", "no-host", "connect-timeout", "reset",
    "tls-expired", "tls-not-yet-valid", "tls-hostname", "tls-untrusted", "tls-protocol", "tls-timeout",
    "send-timeout", "first-byte-timeout", "body-timeout", "truncated", "bad-status", "assertion", "too-large",
    "bad-encoding", "redirect-policy", "redirect-loop", "protocol", "icmp-unreachable", "no-reply", "dns-wrong-answer",
    "plugin-critical",
]  # fmt: skip
"""What went wrong at the target. Trouble of the prober itself is never here: it is an `Unseen`."""


class Certificate(Value):
    """The certificate that a server sent, whether or not it could be trusted."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    """Of the leaf."""
    chain_not_after: datetime
    """The earliest end among the certificates that the server sent."""
    sha256: str
    key: str
    """E.g. `EC 256` or `RSA 2048`."""
    trusted: bool
    trouble: str = ""
    """Why it was not trusted, empty when it was."""


class Sample(Value):
    """One attempt to use a service at one address."""

    address: str
    failure: Failure | None = None
    detail: str = ""
    """What exactly went wrong, for people; hostile text."""
    warning: str = ""
    """What an answer that still counts as good complains of, such as a Nagios plugin in state WARNING; hostile text."""
    status: int | None = None
    phases: dict[str, float] = {}
    """Seconds of dns, connect, tls, send, first-byte, body, total, of a ping echo; only those that were reached."""
    error: float = 0.0
    """Seconds by which the phases may be too long, as this machine was behind its own work."""
    size: int | None = None
    tls: str = ""
    certificate: Certificate | None = None
    hops: tuple[str, ...] = ()
    """Addresses of pages that redirected, in order; no user-info, no query."""
    location: str = ""
    """Where the last redirect led, followed or not; no user-info, no query."""
    kind: str = ""
    """Media type of the answer in small letters, without parameters; hostile text."""
    headers: dict[str, str] = {}
    """Those that the page was to be noted for, by name in small letters; hostile text."""
    sha256: str = ""
    """Of the body, where it was asked for."""


class Share(Value):
    """Availability over a period, as an interval with the share of the period that was measured; each 0..1."""

    least: float
    most: float
    coverage: float


class Past(Value):
    """What the watch measured of an endpoint up to the look."""

    since: datetime
    """The first measurement of the last 31 days."""
    day: Share | None
    """The last 24 hours; None where nothing was measured in them."""
    month: Share | None
    """The last 30 days, whose coverage counts the time before `since` too."""
    p95: float | None = None
    """Seconds in which 95 of 100 good answers of the last 24 hours came."""
    p95_before: float | None = None
    """The same of the 24 hours before."""
    vantages: tuple[str, ...] = ()
    """Ids of the vantages that measured it in the last 24 hours."""


class ServiceState(Facts):
    """How a service answered: one sample for every address of its name."""

    samples: tuple[Sample, ...] = ABSENT
    """Absent where an address could not be tried from here while the others answered: touching it is then `unknown`."""
    partial: tuple[Sample, ...] = ()
    """The samples of those others, for rules that need no more than one answer."""
    clock_offset: timedelta = ABSENT
    """The server's `Date` minus our clock."""
    past: Past = ABSENT
    """Absent where no watch has measured it."""
    figures: dict[str, float] = ABSENT
    """Numbers that a plugin measured, by their labels; absent where none was printed."""

    @property
    def tried(self) -> tuple[Sample, ...]:
        """What was seen, whether or not every address could be tried."""
        return self.samples if self.has("samples") else self.partial

    def troubled(self) -> bool:
        return any(sample.failure is not None for sample in self.tried)


class NameServer(Value):
    """One authoritative server of a zone."""

    name: str
    addresses: tuple[str, ...]


class NameState(ServiceState):
    """What a name server says about a name and its zone."""

    addresses: tuple[str, ...]
    ttl: timedelta = ABSENT
    """The least time to live of the address records, as the asked server gave it."""
    lifetime: timedelta = ABSENT
    """How long a resolver may go on giving one of these addresses: the longest of them, along its aliases the least."""
    authoritative: bool = ABSENT
    zone: str = ABSENT
    servers: tuple[NameServer, ...] = ABSENT
    soa_expire: timedelta = ABSENT


class PowerState(Facts):
    """What an uninterruptible power supply reports."""

    flags: tuple[str, ...]
    """Status words as NUT writes them: OL, OB, LB, RB, BYPASS, ALARM, ..."""
    alarms: tuple[str, ...] = ()
    charge: float = ABSENT
    """Per cent."""
    runtime: timedelta = ABSENT
    load: float = ABSENT
    """Per cent."""
    battery_date: date = ABSENT
    test_result: str = ABSENT
    test_date: date = ABSENT
    temperature: float = ABSENT
    """Degrees Celsius."""
    logins: int = ABSENT
    """How many machines would be told to shut down."""
    model: str = ABSENT
    location: str = ABSENT
    """Where the device says that it stands; hostile text."""
    replace_by: date = ABSENT
    """Until when the device wants another battery."""
    refresh: timedelta = ABSENT
    """How often its figures really change, as they were watched; absent where too few changed while we watched."""
    watched: timedelta = ABSENT
    """For how long they were watched."""
    flat: bool = ABSENT
    """Whether none of them changed in that time."""


class Reading(Value):
    """One figure or contact of a device that watches a room or a battery."""

    name: str
    """Hostile text."""
    quantity: Literal[
        "temperature", "humidity", "voltage", "current", "power", "charge", "fan", "leak", "smoke", "gas", "contact",
        "supply", "other",
    ]  # fmt: skip
    value: float | None
    """None where the device has it, yet gives no figure; a contact is 1 where it alarms."""
    unit: str = ""
    """E.g. `C`, `V`, `%`."""
    sound: bool | None = None
    """What the device itself says of it; None where it says nothing."""


class SensorState(Facts):
    """What a device that watches a room, a rack or a battery reports."""

    readings: tuple[Reading, ...]
    alarms: tuple[str, ...] = ()
    """Open alarms as the device words them; hostile text."""
    refresh: timedelta = ABSENT
    """How often its figures really change, as they were watched; absent where none changed while we watched."""
    watched: timedelta = ABSENT
    """For how long they were watched."""
    flat: bool = ABSENT
    """Whether none of them changed in that time."""
    still: tuple[str, ...] = ABSENT
    """Names of those that did not change while others did."""
    sampled: datetime = ABSENT
    """When its figures were taken, as the device says."""
    location: str = ABSENT
    """Where the device says that it stands; hostile text."""
    model: str = ABSENT


class Signature(Value):
    """What verifying the signature under a statement told."""

    state: Literal[
        "good", "tampered", "unreadable", "missing", "wrong-namespace", "wrong-signer", "unknown-signer", "key-expired",
        "key-not-yet", "key-refused", "no-signers",
    ]  # fmt: skip
    signer: str = ""
    """As whom it was verified, or would have had to be; hostile text."""
    key: str = ""
    """Fingerprint such as `SHA256:...`."""
    names: tuple[str, ...] = ()
    """All names under which the list of signers knows the key, patterns among them; hostile text."""
    statement: str = ""
    """sha256 of the statement that was held against it; empty only in the example of a rule."""


class DocumentState(Facts):
    """A file of evidence as it lies there now, with the signature under what is stated."""

    sha256: str = ABSENT
    """Absent where the evidence is a statement without a document."""
    size: int = ABSENT
    signature: Signature = ABSENT
    """Absent where nothing says that it is signed; with why, where that could not be verified."""
