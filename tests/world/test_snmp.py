"""Doors of SNMP, without an agent: what is refused before a word is sent, what nobody answers."""

from __future__ import annotations

import socket
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import anyio
import pytest

from audit.model.item import Secret
from audit.model.verdict import CannotSee, Reason
from audit.world.asking import SnmpDoor
from audit.world.guard import Guard
from audit.world.resolver import Resolver
from audit.world.secrets import Secrets
from audit.world.snmp import SnmpHand

LOOPBACK = Guard((ip_network("127.0.0.0/8"),), Resolver({"away.example": ("10.1.1.1",)}))
SYSTEM = "1.3.6.1.2.1.1.3.0"


def refusal(root: Path, door: SnmpDoor, oid: str = SYSTEM, seconds: float = 2) -> CannotSee:
    for name, word in (("word", "planted-word"), ("short", "planted")):
        (root / name).write_text(word)
        (root / name).chmod(0o600)
    hand = SnmpHand(Secrets(root), LOOPBACK)
    with pytest.raises(CannotSee) as gap:
        anyio.run(hand.get, door, (oid,), timedelta(seconds=seconds))
    assert "planted" not in str(gap.value)
    return gap.value


def test_nobody_answers(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as quiet:
        quiet.bind(("127.0.0.1", 0))
        door = SnmpDoor("127.0.0.1", quiet.getsockname()[1], Secret("file", "word"))
        assert refusal(tmp_path, door, seconds=1).reason is Reason.TIMEOUT
        assert b"planted-word" in quiet.recv(1000)  # it was asked


def test_what_is_refused_before_a_word_is_sent(tmp_path: Path) -> None:
    word = Secret("file", "word")
    assert refusal(tmp_path, SnmpDoor("away.example", 161, word)).reason is Reason.DENIED
    assert refusal(tmp_path, SnmpDoor("127.0.0.1", 161)).reason is Reason.DENIED
    assert refusal(tmp_path, SnmpDoor("127.0.0.1", 161, word), oid="SNMPv2-MIB::sysName").reason is Reason.DENIED
    short = SnmpDoor("127.0.0.1", 161, None, "audit", Secret("file", "short"))
    assert refusal(tmp_path, short).reason is Reason.DENIED
    assert refusal(tmp_path, SnmpDoor("127.0.0.1", 161, Secret("file", "none"))).reason is Reason.DENIED
