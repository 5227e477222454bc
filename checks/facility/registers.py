"""A register map of an inventory with the words that a device holds becomes readings."""

from __future__ import annotations

import math
import operator
import re
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from audit.contract import CannotSee, Reason, Table, say
from audit.model.facts import Reading
from audit.model.item import Item, Text
from audit.model.unfit import Unexpected
from audit.model.units import Flag

Words = Mapping[tuple[Table, int], int]
"""What stands at each address of each table."""

_FORMS: Final[Mapping[str, str]] = {
    "int16": ">h", "uint16": ">H", "int32": ">i", "uint32": ">I", "float32": ">f", "int64": ">q", "uint64": ">Q",
}  # fmt: skip
_BITS: Final = ("coils", "discrete-inputs")
_CONTACTS: Final = ("leak", "smoke", "gas", "contact", "supply")
_SIGNS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le, "=": operator.eq, "!=": operator.ne,
}  # fmt: skip
_TERM: Final = re.compile(r"(>=|<=|!=|>|<|=|)\s*(-?\d{1,12}(?:\.\d{1,9})?)")
_MOST_AT_ONCE: Final = 100
_LATEST: Final = 253_402_300_799


def parse_alarm(written: object) -> str:
    """`> 45`, `< 2.8 or > 4.3`, `1`: comparisons, of which one is enough."""
    text = str(written).strip()
    if not all(_TERM.fullmatch(term.strip()) for term in text.split(" or ")):
        raise Unexpected(say("a comparison such as `> 45`, `= 1` or `< 2.8 or > 4.3`"), repr(text[:60]))
    return text


AlarmText = Annotated[str, BeforeValidator(parse_alarm), WithJsonSchema({"type": "string"})]


class Register(Item):
    """One figure of the device, as its manual has it."""

    name: Text
    table: Table = "holding-registers"
    address: Annotated[int, Field(ge=0, le=65_535)]
    """As it goes over the line, counted from 0: 40001 of many manuals is 0 of `holding-registers`."""
    type: Literal["int16", "uint16", "int32", "uint32", "float32", "int64", "uint64"] = "uint16"
    order: Literal["abcd", "cdab", "badc", "dcba"] = "abcd"
    """In which order the bytes of more than one word come."""
    bit: Annotated[int, Field(ge=0, le=15)] | None = None
    """The one bit of the word that counts, 0 the lowest."""
    scale: Annotated[float, Field(allow_inf_nan=False)] = 1.0
    offset: Annotated[float, Field(allow_inf_nan=False)] = 0.0
    """Value = what stands there x scale + offset."""
    unit: Text | None = None
    quantity: Literal[
        "temperature", "humidity", "voltage", "current", "power", "charge", "fan", "leak", "smoke", "gas", "contact",
        "supply", "other", "clock",
    ] = "other"  # fmt: skip
    """`clock` is when the device took its figures, in seconds since 1970."""
    alarm_when: AlarmText | None = None
    """When it is an alarm, of the scaled value; a contact alarms at `!= 0` where nothing is written."""
    invalid: tuple[int, ...] = ()
    """What stands there, before it is scaled, where the device has no figure."""
    watch: Flag = True
    """Whether its changes show that the device measures; no for what a gateway has of its own."""

    @model_validator(mode="after")
    def _one_meaning(self) -> Self:
        if self.bit is not None and (self.table in _BITS or self.type != "uint16"):
            raise Unexpected(say("`bit:` in a register of type uint16"), say("{text}", text=self.table))
        if self.address + self.words > 65_536:
            raise Unexpected(
                say("an address with room for {words} words", words=self.words), say("{text}", text=str(self.address))
            )
        return self

    @property
    def words(self) -> int:
        return 1 if self.table in _BITS else struct.calcsize(_FORMS[self.type]) // 2

    @property
    def judged(self) -> str | None:
        """When it is an alarm; None for what tells none."""
        return self.alarm_when or ("!= 0" if self.quantity in _CONTACTS else None)

    def raw(self, words: Words) -> float | None:
        """The number that stands there, scaled; None where the device has no figure."""
        held = [words[self.table, self.address + place] for place in range(self.words)]
        if self.table in _BITS:
            return float(bool(held[0]))
        if self.bit is not None:
            return float(held[0] >> self.bit & 1)
        written = b"".join(struct.pack(">H", word & 0xFFFF) for word in held)
        (number,) = struct.unpack(_FORMS[self.type], _ordered(written, self.order))
        if number in self.invalid or not math.isfinite(number):
            return None
        return float(round(number * self.scale + self.offset, 9))

    def reading(self, words: Words) -> Reading:
        value = self.raw(words)
        alarmed = None if value is None or self.judged is None else alarms(self.judged, value)
        if alarmed is not None and self.quantity in _CONTACTS:
            value = float(alarmed)
        return Reading.model_validate(
            {
                "name": self.name, "quantity": self.quantity, "value": value, "unit": self.unit or "",
                "sound": None if alarmed is None else not alarmed,
            }
        )  # fmt: skip


def alarms(when: str, value: float) -> bool:
    """Whether a value fits one of the comparisons."""
    for term in when.split(" or "):
        found = _TERM.fullmatch(term.strip())
        if found is not None and _SIGNS[found[1] or "="](value, float(found[2])):
            return True
    return False


def _ordered(written: bytes, order: str) -> bytes:
    words = [written[at : at + 2] for at in range(0, len(written), 2)]
    if order in ("cdab", "dcba"):
        words.reverse()
    if order in ("badc", "dcba"):
        words = [word[::-1] for word in words]
    return b"".join(words)


def ranges(registers: Sequence[Register]) -> Iterator[tuple[Table, int, int, tuple[str, ...]]]:
    """Table, first address, count, names of registers that stand side by side: one question each, no gap asked."""
    ordered = sorted(registers, key=lambda one: (one.table, one.address, one.words))
    group: list[Register] = []
    end = 0
    for one in ordered:
        apart = group and (one.table != group[0].table or one.address > end)
        if group and (apart or one.address + one.words - group[0].address > _MOST_AT_ONCE):
            yield group[0].table, group[0].address, end - group[0].address, tuple(member.name for member in group)
            group, end = [], 0
        group.append(one)
        end = max(end, one.address + one.words)
    if group:
        yield group[0].table, group[0].address, end - group[0].address, tuple(member.name for member in group)


def clock_of(register: Register, words: Words) -> datetime:
    """The instant in a register of quantity `clock`. CannotSee(incomplete) where it is none."""
    seconds = register.raw(words)
    if seconds is None or not 0 < seconds <= _LATEST:
        says = say("{name} holds no instant: {seconds}", name=register.name, seconds=str(seconds))
        raise CannotSee(Reason.INCOMPLETE, says)
    return datetime.fromtimestamp(seconds, UTC)
