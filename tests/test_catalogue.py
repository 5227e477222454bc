"""Folders of plugins in, one immutable catalogue or a complaint out."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit.catalogue import Catalogue, discover
from audit.contract import BadPlugin
from audit.model.backup import BackupState, ReplicaState
from audit.model.technology import Copy, Endpoint, Failover, PowerProtection

RULE = '''
from audit.contract import Ruling, Subject, check, ruling
from audit.model.estate import Data

@check("{id}", control="BKP-01", method="G", severity="high", least="declared")
def rule(data: Subject[Data]) -> Ruling:
    """It holds.

    Why: because.

    Fix: mend it.
    """
    return ruling(True, measured=1, required=1)
'''
TECHNOLOGY = '''
from audit.contract import World, probe
from audit.model.backup import BackupState
from audit.model.technology import Copy

class Tape(Copy, kind="{kind}"):
    """A tape."""

@probe()
async def look(copy: Tape, world: World) -> BackupState:
    raise NotImplementedError
'''


@pytest.fixture
def plugged(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[None]:
    """A package of a third party with these modules, installed so that its entry point is found."""
    code, told = tmp_path / "thirdparty_rules", tmp_path / "third_party-1.0.dist-info"
    code.mkdir()
    told.mkdir()
    (code / "__init__.py").write_text("")
    for name, text in request.param.items():
        (code / f"{name}.py").write_text(text)
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: third-party\nVersion: 1.0\n")
    (told / "entry_points.txt").write_text("[haechi.checks]\nthird = thirdparty_rules\n")
    sys.path.insert(0, str(tmp_path))
    yield
    sys.path.remove(str(tmp_path))
    for name in [name for name in sys.modules if name.partition(".")[0] == "thirdparty_rules"]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def own() -> Catalogue:
    return discover()


def test_everything_of_the_house_is_found(own: Catalogue) -> None:
    kinds = {role: set(found) for role, found in own.technologies.items()}
    assert kinds[Endpoint] >= {"http", "tcp", "tls", "dns", "icmp"}
    assert kinds[Copy] >= {"restic", "files", "postgresql-standby"}
    assert kinds[Failover] >= {"patroni", "declared"}
    assert kinds[PowerProtection] >= {"nut"}
    assert list(own.checks) == sorted(own.checks)
    restic = own.probe_of(own.pick(Copy, "restic"))
    assert restic is not None
    assert restic.id.startswith("backup.restic.")
    assert restic.facts is BackupState
    standby = own.probe_of(own.pick(Copy, "postgresql-standby"))
    assert standby is not None
    assert standby.facts is ReplicaState
    assert own.probe_of(own.pick(Failover, "declared")) is None


def test_a_program_is_found_in_path_or_stands_in_a_folder_of_the_system(own: Catalogue) -> None:
    plugins = [
        plugin for kind in own.technologies[Copy].values() for plugin in (own.probe_of(kind), own.drill_of(kind))
    ]
    programs = {line.split()[0] for plugin in plugins if plugin is not None for line in plugin.verbs.commands}
    assert len(programs) > 30
    strange = {name for name in programs if "/" in name and not name.startswith(("/usr/", "/{usr/"))}
    assert not strange | {name for name in programs if "/" not in name and "*" in name}


def test_the_catalogue_does_not_change(own: Catalogue) -> None:
    for table in (own.checks, own.probes, own.technologies, own.technologies[Copy]):
        with pytest.raises(TypeError):
            table["x"] = None  # type: ignore[index]


def test_unknown_kinds(own: Catalogue) -> None:
    with pytest.raises(ValueError, match="unknown kind 'restik'; did you mean 'restic'"):
        own.pick(Copy, "restik")
    with pytest.raises(ValueError, match=r"known kinds are .*postgresql-standby"):
        own.pick(Copy, "?")


@pytest.mark.parametrize(
    "plugged", [{"rules": RULE.format(id="hsm.battery"), "tape": TECHNOLOGY.format(kind="tape-robot")}], indirect=True
)
@pytest.mark.usefixtures("plugged")
def test_a_third_party_comes_by_entry_point() -> None:
    found = discover()
    assert found.checks["third-party:hsm.battery"].area == "hsm"
    tape = found.pick(Copy, "tape-robot")
    probe = found.probe_of(tape)
    assert probe is not None
    assert probe.id == "third-party:tape.look"


@pytest.mark.parametrize(
    ("plugged", "says"),
    [
        (
            {"a": RULE.format(id="x.y"), "b": RULE.format(id="x.y")},
            r"two rules are called 'third-party:x\.y': .*a\.py.*b\.py",
        ),
        ({"tape": TECHNOLOGY.format(kind="restic")}, r"two technologies are called 'restic': .*checks\.backup\.restic"),
    ],
    indirect=["plugged"],
)
@pytest.mark.usefixtures("plugged")
def test_two_claims_to_one_name(says: str) -> None:
    with pytest.raises(BadPlugin, match=says):
        discover()


@pytest.mark.parametrize("plugged", [{"rules": RULE.format(id="backup.age")}], indirect=True)
@pytest.mark.usefixtures("plugged")
def test_a_third_party_cannot_take_a_name_of_the_house() -> None:
    found = discover()
    assert found.checks["backup.age"].source != found.checks["third-party:backup.age"].source
