"""A folder to a load balancer of a made-up cloud with a machine in each of two zones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tests.real.clouds import ENVIRONMENT, REGION, cloud
from tests.real.lab import Lab, Said

NEEDS: Final = ()
NAME: Final = "kodit-front"
ZONES: Final = (f"{REGION}a", f"{REGION}b")


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    with cloud("ec2", "elbv2") as there:
        elb, ec2 = there.client("elbv2"), there.client("ec2")
        network = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
        made = [
            ec2.create_subnet(VpcId=network, CidrBlock=f"10.9.{number}.0/24", AvailabilityZone=zone)
            for number, zone in enumerate(ZONES)
        ]
        nets = [one["Subnet"]["SubnetId"] for one in made]
        balancer = elb.create_load_balancer(Name=NAME, Subnets=nets)["LoadBalancers"][0]["LoadBalancerArn"]
        group = elb.create_target_group(Name="front", Protocol="HTTP", Port=80, VpcId=network)["TargetGroups"][0]
        arn = group["TargetGroupArn"]
        action = {"Type": "forward", "TargetGroupArn": arn}
        elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=[action])
        # To ask for the thousands of images that this cloud makes up takes it many seconds.
        image = next(iter(there.held("ec2").amis))
        machines = [machine(ec2, image, net) for net in nets]
        spare = machine(ec2, image, nets[0])
        elb.register_targets(TargetGroupArn=arn, Targets=[{"Id": name} for name in machines])

        def told() -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = elb.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
            return found

        def said() -> Said:
            state = elb.describe_load_balancers(Names=[NAME])["LoadBalancers"][0]["State"]["Code"]
            count = sum(one["TargetHealth"]["State"] == "healthy" for one in told())
            return Said(f"moto: describe-load-balancers: {state}; healthy targets: {count}", content=state == "active")

        def stopped() -> Said:
            ec2.stop_instances(InstanceIds=machines[1:])
            return said()

        def taken_out() -> Said:
            elb.deregister_targets(TargetGroupArn=arn, Targets=[{"Id": name} for name in machines[1:]])
            return said()

        def moved() -> Said:
            """Somebody built the second machine anew, beside the first one."""
            elb.deregister_targets(TargetGroupArn=arn, Targets=[{"Id": machines[1]}])
            elb.register_targets(TargetGroupArn=arn, Targets=[{"Id": spare}])
            return said()

        yield Lab(
            item={
                "kind": "load-balancer", "name": NAME, **there.item,
                "members": [
                    {"name": f"{name}:80", "at": site}
                    for name, site in zip((*machines, spare), ("daejeon", "busan", "daejeon"), strict=True)
                ],
            },
            state=lambda: {"targets": str(told()), "balancers": str(elb.describe_load_balancers()["LoadBalancers"])},
            breaks={"stopped": stopped, "taken-out": taken_out, "moved": moved},
            role="failover",
            environment=ENVIRONMENT,
        )  # fmt: skip


def machine(ec2: Any, image: str, net: str) -> str:
    """The id of a new machine."""
    made = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, SubnetId=net)
    return str(made["Instances"][0]["InstanceId"])
