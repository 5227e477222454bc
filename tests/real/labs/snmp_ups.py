"""A folder to an SNMP agent that answers as the card of a UPS does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from tests.real.children import free_port
from tests.real.daemons import run, serving
from tests.real.lab import Lab, Said

NEEDS: Final = ("snmpd", "snmpget")
WORD: Final = "planted-community"
AUTH: Final = "planted-auth-word"
PRIVACY: Final = "planted-privacy-word"
MIB: Final = ".1.3.6.1.2.1.33.1."
HEALTHY: Final[Mapping[str, tuple[str, str]]] = {
    "1.1.0": ("octet_str", '"APC"'), "1.2.0": ("octet_str", '"Symmetra PX 100"'), "2.1.0": ("integer", "2"),
    "2.2.0": ("integer", "0"), "2.3.0": ("integer", "44"), "2.4.0": ("integer", "98"), "2.7.0": ("integer", "28"),
    "4.1.0": ("integer", "3"), "4.4.1.5.1": ("integer", "41"), "4.4.1.5.2": ("integer", "37"),
    "6.1.0": ("uinteger", "0"), "7.3.0": ("integer", "1"),
}  # fmt: skip


@contextmanager
def agent(folder: Path, port: int, community: str = WORD, **changed: tuple[str, str]) -> Iterator[None]:
    """An agent with these values; keywords name others, `_` for `.`."""
    folder.mkdir(exist_ok=True)
    values = {**HEALTHY, **{name.strip("_").replace("_", "."): value for name, value in changed.items()}}
    lines = [f"override {MIB}{name} {kind} {value}" for name, (kind, value) in values.items()]
    settings = folder / "snmpd.conf"
    settings.write_text(
        f"agentaddress udp:127.0.0.1:{port}\nrocommunity {community} 127.0.0.1\n"
        f'createUser audit SHA-256 "{AUTH}" AES "{PRIVACY}"\nrouser audit authpriv\n' + "\n".join(lines) + "\n"
    )
    argv = ("snmpd", "-f", "-Lo", "-C", "-c", str(settings), "-p", str(folder / "pid"), "-I", "-smux")
    environment = {"SNMP_PERSISTENT_DIR": str(folder / "kept"), "MIBS": ""}

    def answers() -> bool:
        return asked(port, community, tries=1).startswith(MIB)

    with serving(argv, answers, folder / "log", environment):
        yield


def asked(port: int, community: str, *, tries: int = 20) -> str:
    """What snmpget says of what the supply runs on; it tries each second."""
    again = str(tries - 1)
    words = ("snmpget", "-v2c", "-c", community, "-On", "-t", "1", "-r", again, f"127.0.0.1:{port}", f"{MIB}4.1.0")
    ended = run(*words, environment={"MIBS": ""})
    return (ended.stdout or ended.stderr).strip()


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    port = free_port()
    with ExitStack() as first, ExitStack() as second:
        first.enter_context(agent(root / "agent", port))

        def again(community: str = WORD, **changed: tuple[str, str]) -> None:
            first.close()
            second.enter_context(agent(root / "agent", port, community, **changed))

        def said(tries: int = 20) -> Said:
            line = asked(port, WORD, tries=tries).replace(f"127.0.0.1:{port}", "...").rstrip(".")
            return Said(f"snmpget: {line}", content=line.endswith("INTEGER: 3"))

        def forgotten() -> Said:
            """Somebody gave the card another community."""
            again("another-community")
            return said(tries=1)

        def worn() -> Said:
            """The battery has to be replaced, which the source of the output does not show."""
            again(_6_1_0=("uinteger", "1"), _6_2_1_2_1=("object_id", ".1.3.6.1.2.1.33.1.6.3.1"))
            return said()

        def failed() -> Said:
            again(_7_3_0=("integer", "3"))
            return said()

        def bypassed() -> Said:
            """Somebody left the load on the bypass after the maintenance."""
            again(_4_1_0=("integer", "4"))
            return said()

        def mute() -> Said:
            """Another firmware: it has no object of the output any more, only that of the battery."""
            again(_4_1_0=("integer", "1"))
            return said()

        yield Lab(
            item={"kind": "snmp-ups", "host": "127.0.0.1", "port": port, "community": {"env": "LAB_SNMP"},
                  "timeout": "5s"},
            state=lambda: {"source": asked(port, WORD)},
            breaks={"forgotten": forgotten, "worn": worn, "failed": failed, "bypassed": bypassed, "mute": mute},
            role="power-protection",
            environment={"LAB_SNMP": WORD},
        )  # fmt: skip
