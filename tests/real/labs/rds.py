"""A folder to a database of a made-up cloud with a standby in another zone and a replica."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tests.real.clouds import ENVIRONMENT, REGION, cloud
from tests.real.lab import Lab, Said

NEEDS: Final = ()
NAME: Final = "kodit-ledger"


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    with cloud("rds") as there:
        rds = there.client("rds")
        rds.create_db_instance(
            DBInstanceIdentifier=NAME, Engine="postgres", EngineVersion="15.4", DBInstanceClass="db.m5.large",
            AllocatedStorage=20, MasterUsername="kodit", MasterUserPassword="planted-lab-word", MultiAZ=True,
            AvailabilityZone=f"{REGION}a",
        )  # fmt: skip
        held = there.held("rds").databases[NAME]
        # What this cloud leaves out, the real one tells.
        held.secondary_availability_zone = f"{REGION}b"

        def described() -> dict[str, Any]:
            found: dict[str, Any] = rds.describe_db_instances(DBInstanceIdentifier=NAME)["DBInstances"][0]
            return found

        def said() -> Said:
            status = described()["DBInstanceStatus"]
            return Said(f"moto: describe-db-instances: {status}", content=status == "available")

        def alone() -> Said:
            """Somebody saved the money of the standby."""
            rds.modify_db_instance(DBInstanceIdentifier=NAME, MultiAZ=False, ApplyImmediately=True)
            return said()

        def stopped() -> Said:
            rds.stop_db_instance(DBInstanceIdentifier=NAME)
            return said()

        def same_zone() -> Said:
            held.secondary_availability_zone = f"{REGION}a"
            return said()

        yield Lab(
            item={
                "kind": "rds", "instance": NAME, **there.item,
                "members": [{"name": NAME, "at": "daejeon"}, {"name": f"{NAME} (standby)", "at": "busan"}],
            },
            state=lambda: {key: str(value) for key, value in described().items() if key != "LatestRestorableTime"},
            breaks={"alone": alone, "stopped": stopped, "same-zone": same_zone},
            role="failover",
            environment=ENVIRONMENT,
        )  # fmt: skip
