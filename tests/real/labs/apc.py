"""A folder to an SNMP agent that answers as a network card of APC does, by a user of version 3."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from tests.real.children import free_port
from tests.real.daemons import run, serving
from tests.real.lab import Lab, Said
from tests.real.labs.snmp_ups import AUTH, HEALTHY, MIB, PRIVACY

NEEDS: Final = ("snmpd", "snmpget")
UPS: Final = ".1.3.6.1.4.1.318.1.1.1."
OWN: Final[Mapping[str, tuple[str, str]]] = {
    "2.1.3.0": ("octet_str", '"03/01/2024"'), "2.2.2.0": ("integer", "27"), "2.2.3.0": ("timeticks", "264000"),
    "2.2.4.0": ("integer", "1"), "2.2.21.0": ("octet_str", '"03/01/2029"'), "4.1.1.0": ("integer", "2"),
    "7.2.3.0": ("integer", "1"), "7.2.4.0": ("octet_str", '"11/02/2025"'),
}  # fmt: skip


@contextmanager
def card(folder: Path, port: int, **changed: tuple[str, str]) -> Iterator[None]:
    """A card with these values; keywords name others of its own tree, `_` for `.`; `user` another user."""
    folder.mkdir(exist_ok=True)
    own = {**OWN, **{name.strip("_").replace("_", "."): value for name, value in changed.items() if name != "user"}}
    user = changed.get("user", ("audit", AUTH))
    lines = [f"override {MIB}{name} {kind} {value}" for name, (kind, value) in HEALTHY.items()]
    lines += [f"override {UPS}{name} {kind} {value}" for name, (kind, value) in own.items()]
    settings = folder / "snmpd.conf"
    settings.write_text(
        f"agentaddress udp:127.0.0.1:{port}\nsysLocation Daejeon hall A\n"
        f'createUser {user[0]} SHA-256 "{user[1]}" AES "{PRIVACY}"\nrouser {user[0]} authpriv\n'
        + "\n".join(lines) + "\n"
    )  # fmt: skip
    argv = ("snmpd", "-f", "-Lo", "-C", "-c", str(settings), "-p", str(folder / "pid"), "-I", "-smux")
    environment = {"SNMP_PERSISTENT_DIR": str(folder / "kept"), "MIBS": ""}
    with serving(argv, lambda: "INTEGER" in asked(port, *user, tries=1), folder / "log", environment):
        yield


def asked(port: int, user: str = "audit", word: str = AUTH, oid: str = f"{MIB}4.1.0", *, tries: int = 20) -> str:
    """What snmpget says of what the supply runs on; it tries each second."""
    words = ("snmpget", "-v3", "-l", "authPriv", "-u", user, "-a", "SHA-256", "-A", word, "-x", "AES", "-X", PRIVACY,
             "-On", "-t", "1", "-r", str(tries - 1), f"127.0.0.1:{port}", oid)  # fmt: skip
    ended = run(*words, environment={"MIBS": ""})
    return (ended.stdout or ended.stderr).strip()


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    port = free_port()
    with ExitStack() as first, ExitStack() as second:
        first.enter_context(card(root / "agent", port))

        def broken(user: str = "audit", word: str = AUTH, **changed: Any) -> Said:
            first.close()
            # A new user has to be a new agent: it keeps the old ones beside its settings.
            second.enter_context(card(root / f"agent-{user}-{len(word)}", port, user=(user, word), **changed))
            line = asked(port).replace(f"127.0.0.1:{port}", "...").splitlines()[0]
            return Said(f"snmpget: {line.removeprefix('snmpget: ')}", content=line.endswith("INTEGER: 3"))

        yield Lab(
            item={"kind": "snmp-ups", "host": "127.0.0.1", "port": port, "user": "audit", "auth": {"env": "LAB_AUTH"},
                  "privacy": {"env": "LAB_PRIVACY"}, "timeout": "15s"},
            state=lambda: {"source": asked(port), "battery": asked(port, oid=f"{UPS}2.1.3.0")},
            breaks={
                "worn": lambda: broken(_2_2_4_0=("integer", "2")),
                "bypassed": lambda: broken(_4_1_1_0=("integer", "16")),
                "failed": lambda: broken(_7_2_3_0=("integer", "2")),
                "renamed": lambda: broken("somebody-else"),
                "reworded": lambda: broken(word="another-planted-word"),
            },
            role="power-protection",
            environment={"LAB_AUTH": AUTH, "LAB_PRIVACY": PRIVACY},
        )  # fmt: skip
