"""A Prometheus endpoint with the series that stand for facts to what another program tells of a copy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from audit.contract import CannotSee, Page, World, probe
from audit.model.address import Url
from audit.model.backup import BackupState, ReplicaState
from audit.model.exposition import LARGEST, Exposition, Selector, parse_selector
from audit.model.item import Secret, SecretRef, Text
from audit.model.technology import Copy
from audit.model.units import Duration
from checks.backup.mapping import (
    BackupFact,
    Figures,
    ReplicaFact,
    backup_state,
    bare,
    replica_state,
    with_age,
    with_lag,
)

Series = Annotated[Selector, BeforeValidator(parse_selector), WithJsonSchema({"type": ["string", "object"]})]


class PrometheusCopy(Copy, kind="prometheus"):
    """A backup that an exporter of Prometheus tells of, for what Haechi cannot read itself.

    `facts` names the series of each fact, such as `newest: 'pgbackrest_backup_since_last_completion{stanza="kibo"}'`;
    `{metric: ..., times: 0.001}` brings another unit into seconds or bytes. It is the word of that exporter.
    """

    url: Url
    facts: Annotated[dict[BackupFact, Series], BeforeValidator(bare), AfterValidator(with_age)]
    token: SecretRef | None = None
    authority: Text | None = None
    timeout: Duration = timedelta(seconds=10)

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or self.ref


class PrometheusReplica(Copy, kind="prometheus-replica"):
    """A replica that an exporter of Prometheus tells of; `facts` names the series of `lag` and of what else is known.

    Without `attached` and `same-cluster` it never passes: a lag alone is also that of a replica that was cut off.
    """

    replica = True

    url: Url
    facts: Annotated[dict[ReplicaFact, Series], BeforeValidator(bare), AfterValidator(with_lag)]
    token: SecretRef | None = None
    authority: Text | None = None
    timeout: Duration = timedelta(seconds=10)

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or self.ref


@probe()
async def backup(copy: PrometheusCopy, world: World) -> BackupState:
    """Read the endpoint, choose the series."""
    figures, clock = await read(copy, copy.facts, world)
    return backup_state(figures, clock, tool="the exporter")


@probe()
async def replica(copy: PrometheusReplica, world: World) -> ReplicaState:
    """Read the endpoint, choose the series."""
    figures, _ = await read(copy, copy.facts, world)
    return replica_state(figures, tool="the exporter")


async def read(
    copy: PrometheusCopy | PrometheusReplica, facts: Mapping[Any, Selector], world: World
) -> tuple[Figures, datetime]:
    """Each fact to its figure, or to why there is none, with the time there."""
    secrets: Mapping[str, Secret] = {"authorization": copy.token} if copy.token is not None else {}
    page = Page(copy.url, status=(200,), authority=copy.authority, secrets=secrets, largest=LARGEST)
    answer = await world.http.read(page, copy.timeout)
    clock = world.clock.now() + (answer.clock_offset or timedelta(0))
    told = Exposition.served(copy.url, answer.status, answer.body)
    figures: dict[str, float | CannotSee] = {}
    for name, selector in facts.items():
        try:
            figures[name] = told.fresh(selector, clock)
        except CannotSee as gap:
            figures[name] = gap
    return figures, clock
