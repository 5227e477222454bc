"""Silent changes of what is out there, as a look would see them: backups, replicas, answers, devices, drills."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Final

from audit.analysis.mutants.change import Change
from audit.analysis.mutants.sight import Kind, Sight
from audit.model.backup import BackupState, ReplicaState
from audit.model.drilling import RestoreState
from audit.model.facts import Facts, NameState, PowerState, Sample, SensorState, ServiceState
from audit.model.failover import FailoverState
from audit.model.message import Message, say
from audit.model.switching import SwitchState

Finder = Callable[[Sight], Iterator[Change]]


def _where(
    kind: type[Facts], fits: Callable[[Any], bool], change: Callable[[Any, Sight], Facts | None], says: Message
) -> Finder:
    """Every look of a kind that fits, with what it would have seen after the change."""

    def find(sight: Sight) -> Iterator[Change]:
        for ref, seen in sight.facts(kind):
            if fits(seen):
                subject = ref.partition("#")[0]
                system = "/".join(subject.split("/")[:2])
                data = "/".join(subject.split("/")[:3])
                yield Change(subject, says.filled(it=subject), looks={ref: lambda old: change(old, sight)},
                             about=(subject, data, system))  # fmt: skip

    return find


def _shifted(state: BackupState, by: timedelta) -> BackupState:
    points = tuple(
        point.model_copy(update={"start": point.start + by, "end": point.end + by if point.end else None})
        for point in state.points
    )
    changes: dict[str, Any] = {"points": points}
    if state.has("reach"):
        changes["reach"] = state.reach + by
    return state.model_copy(update=changes)


def _stale(state: BackupState, sight: Sight) -> BackupState:
    return _shifted(state, -timedelta(days=60))


def _ahead(state: BackupState, sight: Sight) -> BackupState:
    newest = max(point.start for point in state.points)
    return _shifted(state, state.clock + timedelta(days=1) - newest)


def _broken(state: BackupState, sight: Sight) -> BackupState:
    return state.model_copy(update={"errors": ("a stored checksum differs",)})


def _torn(state: BackupState, sight: Sight) -> BackupState:
    newest = max(point.start for point in state.points)
    points = tuple(
        point.model_copy(update={"complete": False, "doubt": "breaks off"}) if point.start == newest else point
        for point in state.points
    )
    return state.model_copy(update={"points": points})


def _emptied(state: BackupState, sight: Sight) -> BackupState:
    return state.model_copy(update={"points": ()})


def _pruned(state: BackupState, sight: Sight) -> BackupState:
    return state.model_copy(update={"points": tuple(sorted(state.points, key=lambda point: point.start))[-1:]})


def _detached(state: ReplicaState, sight: Sight) -> ReplicaState:
    return state.model_copy(
        update={"attached": False, "bytes_behind": 10**12, "replay_age": timedelta(days=3), "heartbeat_age":
                timedelta(days=3)}
    )  # fmt: skip


def _paused(state: FailoverState, sight: Sight) -> FailoverState:
    return state.model_copy(update={"paused": True})


def _unusable(state: FailoverState, sight: Sight) -> FailoverState:
    members = tuple(
        one.model_copy(update={"usable": one.role == "primary", "detail": "detached"}) for one in state.members
    )
    return state.model_copy(update={"members": members})


def _each(state: ServiceState, change: Callable[[Sample], Sample], *, first: bool) -> ServiceState:
    samples = tuple(change(one) if not first or place == 0 else one for place, one in enumerate(state.samples))
    return state.model_copy(update={"samples": samples})


def _ended(state: ServiceState, sight: Sight) -> ServiceState:
    def end(sample: Sample) -> Sample:
        if sample.certificate is None:
            return sample
        old = sample.certificate
        days = {"not_before": old.not_after, "not_after": old.not_before, "chain_not_after": old.not_before}
        return sample.model_copy(update={"certificate": old.model_copy(update=days)})

    return _each(state, end, first=False)


def _down(state: ServiceState, sight: Sight) -> ServiceState:
    return _each(state, lambda one: one.model_copy(update={"failure": "refused", "status": None}), first=True)


def _slow(state: ServiceState, sight: Sight) -> ServiceState:
    def drag(sample: Sample) -> Sample:
        return sample.model_copy(update={"phases": {name: taken + 30 for name, taken in sample.phases.items()}})

    return _each(state, drag, first=False)


def _one_server(state: NameState, sight: Sight) -> NameState:
    return state.model_copy(update={"servers": state.servers[:1]})


def _remembered(state: NameState, sight: Sight) -> NameState:
    return state.model_copy(update={"ttl": timedelta(days=7), "lifetime": timedelta(days=7)})


def _weak(state: PowerState, sight: Sight) -> PowerState:
    return state.model_copy(update={"flags": ("OL", "RB")})


def _on_battery(state: PowerState, sight: Sight) -> PowerState:
    return state.model_copy(update={"flags": ("OB", "LB")})


def _alarm(state: SensorState, sight: Sight) -> SensorState:
    return state.model_copy(update={"alarms": ("smoke",)})


def _never(state: Facts, sight: Sight) -> None:
    return None


def _points(state: BackupState) -> bool:
    return bool(state.points)


def _answered(state: ServiceState) -> bool:
    return state.has("samples") and bool(state.samples) and all(one.failure is None for one in state.samples)


def _certified(state: ServiceState) -> bool:
    return _answered(state) and any(one.certificate is not None for one in state.samples)


def _any(state: Facts) -> bool:
    return True


def _named(state: NameState) -> bool:
    return state.has("servers") and len(state.servers) > 1


def _kind(name: str, says: Message, find: Finder, *rules: str) -> Kind:
    return Kind(name, says, find, rules)


KINDS: Final = (
    _kind("newest-backup-aged", say("ages the newest backup"),
          _where(BackupState, _points, _stale, say("the newest point of {it} is two months older")), "backup.age"),
    _kind("backup-ahead", say("dates a backup later than the clock"),
          _where(BackupState, _points, _ahead, say("the newest point of {it} is from tomorrow")), "backup.clock"),
    _kind("verification-error", say("lets a verification find an error"),
          _where(BackupState, lambda seen: seen.has("errors") and not seen.errors, _broken,
                 say("the verification of {it} found an error")), "backup.verified"),
    _kind("newest-backup-torn", say("breaks the newest backup off"),
          _where(BackupState, _points, _torn, say("the newest point of {it} breaks off")), "backup.newest-complete"),
    _kind("backups-emptied", say("empties the store of a copy"),
          _where(BackupState, _points, _emptied, say("{it} holds nothing")), "backup.age", "backup.exists"),
    _kind("old-backups-deleted", say("deletes all but the newest point"),
          _where(BackupState, lambda seen: len(seen.usable) > 1, _pruned, say("{it} holds its newest point alone")),
          "backup.retention"),
    _kind("replication-stopped", say("stops a replication"),
          _where(ReplicaState, _any, _detached, say("{it} is attached to nothing")), "backup.replication-lag"),
    _kind("failover-paused", say("pauses a failover"),
          _where(FailoverState, _any, _paused, say("somebody paused {it}")), "failover.not-paused"),
    _kind("standby-detached", say("detaches every standby"),
          _where(FailoverState, _any, _unusable, say("no standby of {it} can be used")), "failover.standing"),
    _kind("certificate-dates-swapped", say("swaps the dates of a certificate"),
          _where(ServiceState, _certified, _ended, say("the certificate of {it} ended before it began")),
          "network.certificate"),
    _kind("service-down", say("stops a service"),
          _where(ServiceState, _answered, _down, say("{it} refuses")), "availability.answers"),
    _kind("service-slow", say("slows a service down"),
          _where(ServiceState, _answered, _slow, say("{it} takes half a minute longer")), "availability.latency"),
    _kind("service-unseen", say("takes a look at a service away"),
          _where(ServiceState, _answered, _never, say("nobody looked at {it}")), "availability.answers"),
    _kind("name-servers-cut", say("leaves one name server"),
          _where(NameState, _named, _one_server, say("one server alone serves the zone of {it}")),
          "network.name-servers"),
    _kind("name-remembered", say("lets a name be remembered for a week"),
          _where(NameState, lambda seen: seen.has("lifetime") or seen.has("ttl"), _remembered,
                 say("{it} is remembered for a week")), "failover.name-lifetime"),
    _kind("power-battery-weak", say("lets a power supply ask for new batteries"),
          _where(PowerState, _any, _weak, say("{it} asks for new batteries")), "facility.battery-monitoring"),
    _kind("power-lost", say("puts a power supply on its battery"),
          _where(PowerState, _any, _on_battery, say("{it} runs on its last charge")), "facility.battery-monitoring"),
    _kind("sensor-alarm", say("lets a sensor tell of smoke"),
          _where(SensorState, lambda seen: not seen.alarms, _alarm, say("{it} tells of smoke")),
          "facility.monitoring"),
    _kind("drill-deleted", say("deletes a restore drill"),
          _where(RestoreState, _any, _never, say("the restore drill {it} is gone")), "backup.restore-tested"),
    _kind("switch-deleted", say("deletes a measured switch"),
          _where(SwitchState, _any, _never, say("the measured switch {it} is gone")), "failover.drill"),
)  # fmt: skip
