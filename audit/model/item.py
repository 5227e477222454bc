"""What every thing in an inventory is: a frozen value that knows its place, its id with its full reference."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Protocol, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, WithJsonSchema
from pydantic.functional_validators import ModelWrapValidatorHandler, SkipValidation, WrapValidator
from pydantic.json_schema import SkipJsonSchema

from audit.model.message import say
from audit.model.place import NOWHERE, Place
from audit.model.unfit import Unexpected

_ID = re.compile(r"[^\W_][\w.\-]{0,63}")


class Resolver(Protocol):
    """Turns a written reference into the full reference of one existing item."""

    def resolve(self, written: str, scope: str, wanted: tuple[str, ...]) -> str:
        """The full reference; Unfit saying what is wrong and what would be right."""
        ...


class Kinds(Protocol):
    """Knows the technologies: which class models `kind: restic` among the copies."""

    def pick(self, role: type[Technology], kind: str) -> type[Technology]:
        """The class; Unfit naming the kinds that exist."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """What validation needs to know beside the text: pydantic's context while an inventory is being read."""

    refs: Resolver
    kinds: Kinds


def _alias(name: str) -> str:
    return name.replace("_", "-")


class Item(BaseModel):
    """Anything written as a mapping in an inventory; keys are lower-case with hyphens."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=_alias, arbitrary_types_allowed=True, allow_inf_nan=False
    )

    place: SkipJsonSchema[Annotated[Place, SkipValidation]] = Field(
        default=NOWHERE, alias="@", exclude=True, repr=False
    )

    @property
    def ref(self) -> str:
        """The full reference, e.g. `kibo/guarantee/ledger/nightly`."""
        return self.place.ref


def parse_id(text: object) -> str:
    """An id: letters, digits, `.`, `-` and `_`, at most 64, no slash, NFC."""
    written = unicodedata.normalize("NFC", "" if text is None else str(text))
    if not _ID.fullmatch(written):
        raise Unexpected(say("an id of letters, digits, '.', '-' or '_' (at most 64)"), repr(written[:80]))
    return written


Id = Annotated[str, BeforeValidator(parse_id), WithJsonSchema({"type": "string", "pattern": r"^[^\W_][\w.\-]{0,63}$"})]


def unmarked(written: Mapping[Any, Any]) -> dict[Any, Any]:
    """A mapping of an inventory without the mark of where it stands in its file."""
    return {key: value for key, value in written.items() if key != "@"}


def parse_text(text: object) -> str:
    """Any text on one or more lines, NFC, at most 4,000 characters, not blank."""
    if not isinstance(text, str) or not text.strip():
        raise Unexpected(say("a text"), "nothing" if text is None or text == "" else type(text).__name__)
    if len(text) > 4000:
        raise Unexpected(say("a text of at most 4000 characters"), str(len(text)))
    return unicodedata.normalize("NFC", text)


Text = Annotated[str, BeforeValidator(parse_text), WithJsonSchema({"type": "string", "minLength": 1})]


@dataclass(frozen=True, slots=True)
class Name:
    """A name in one or two languages; the other language falls back to the one that is written."""

    en: str
    ko: str

    def text(self, language: str) -> str:
        return self.ko if language == "ko" else self.en

    def __str__(self) -> str:
        return self.en


def parse_name(value: object) -> Name:
    """`Text` or `{en: Text, ko: Text}` to a Name."""
    if isinstance(value, Name):
        return value
    if isinstance(value, dict):
        written = {key: parse_text(text) for key, text in unmarked(value).items()}
        if written and set(written) <= {"en", "ko"}:
            fallback = next(iter(written.values()))
            return Name(written.get("en", fallback), written.get("ko", fallback))
        got = say("keys {keys}", keys=", ".join(map(repr, written)))
        raise Unexpected(say("a name as one text or as {en: ..., ko: ...}"), got)
    text = parse_text(value)
    return Name(text, text)


_NAME_SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "anyOf": [
            {"type": "string", "minLength": 1},
            {
                "type": "object",
                "properties": {"en": {"type": "string"}, "ko": {"type": "string"}},
                "additionalProperties": False,
                "minProperties": 1,
            },
        ]
    }
)
NameText = Annotated[Name, BeforeValidator(parse_name), WithJsonSchema(dict(_NAME_SCHEMA))]


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret is kept; the value itself is never in an inventory and never in this object."""

    source: str
    """`env` or `file`."""
    name: str

    def __str__(self) -> str:
        return f"{{{self.source}: {self.name}}}"


def parse_secret(value: object) -> Secret:
    """`{env: NAME}` or `{file: PATH}` to a Secret; a literal is refused."""
    if isinstance(value, Secret):
        return value
    if isinstance(value, dict):
        written = unmarked(value)
        if len(written) == 1 and set(written) <= {"env", "file"}:
            source, name = next(iter(written.items()))
            return Secret(source, parse_text(name))
    raise Unexpected(
        say("a reference, {env: NAME} or {file: PATH}"),
        say("a literal value"),
        why=say("a secret is never written here"),
    )


_SECRET_SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "type": "object",
        "properties": {"env": {"type": "string"}, "file": {"type": "string"}},
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
)
SecretRef = Annotated[Secret, BeforeValidator(parse_secret), WithJsonSchema(dict(_SECRET_SCHEMA))]


def _referring(*wanted: str) -> AfterValidator:
    def resolve(written: str, info: ValidationInfo) -> str:
        if not isinstance(info.context, Reading):
            return written
        place = info.data.get("place", NOWHERE)
        return info.context.refs.resolve(written, place.ref, wanted)

    return AfterValidator(resolve)


def _worded(*wanted: str) -> WithJsonSchema:
    """What a reference leads to, told in the JSON Schema: nothing else there tells a reference from a text."""
    told = " or ".join(wanted) if len(wanted) <= _NAMED else "thing of the inventory"
    return WithJsonSchema({"type": "string", "minLength": 1, "$comment": f"id of: {told}"})


PLACES = ("site", "room")
_NAMED = 3
NODES = (
    *PLACES,
    "battery",
    "power-protection",
    "monitor",
    "power",
    "generator",
    "cooling",
    "carrier",
    "equipment",
    "supplier",
    "institution",
    "system",
    "data",
    "programme",
    "rail",
    "role",
    "contributor",
)
RoomRef = Annotated[Text, _referring("room"), _worded("room")]
BatteryRef = Annotated[Text, _referring("battery"), _worded("battery")]
PowerRef = Annotated[Text, _referring("power"), _worded("power")]
PlaceRef = Annotated[Text, _referring(*PLACES), _worded(*PLACES)]
WhereRef = Annotated[Text, _referring(*PLACES, "system"), _worded(*PLACES, "system")]
"""Where something runs or lies: a site, a room, or a system that serves as its platform."""
SupplierRef = Annotated[Text, _referring("supplier"), _worded("supplier")]
SystemRef = Annotated[Text, _referring("system"), _worded("system")]
NodeRef = Annotated[Text, _referring(*NODES), _worded(*NODES)]
SubjectRef = Annotated[
    Text,
    _referring(*NODES, "endpoint", "copy", "failover", "permit", "estate"),
    _worded(*NODES, "endpoint", "copy", "failover", "permit", "estate"),
]


class Technology(Item):
    """A thing that is read by a probe; `class Restic(Copy, kind="restic")` makes it writable as `kind: restic`."""

    technology: ClassVar[str] = ""

    id: Id
    kind: Text

    def __init_subclass__(cls, kind: str = "", **rest: Any) -> None:
        super().__init_subclass__(**rest)
        cls.technology = kind

    @classmethod
    def role(cls) -> type[Technology]:
        """Endpoint, Copy, Failover or PowerProtection: the base that names the list this technology is written in."""
        return next(base for base in reversed(cls.__mro__) if issubclass(base, Technology) and base is not Technology)

    @property
    def host(self) -> str:
        """What the look puts load on, e.g. a host name: looks at one host are capped together."""
        return self.ref

    @classmethod
    def chosen(cls, value: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Technology:
        """Read `value` as the class that its `kind` names."""
        if isinstance(value, Technology) or not isinstance(info.context, Reading) or not isinstance(value, dict):
            return handler(value)
        kind = value.get("kind")
        if not isinstance(kind, str):
            return handler(value)
        return info.context.kinds.pick(cls, kind).model_validate(value, context=info.context)


def by_kind(role: type[Technology]) -> WrapValidator:
    """The validator that reads each element of a list as the technology its `kind` names."""
    return WrapValidator(role.chosen)
