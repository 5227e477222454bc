"""What an estate allows, with its folder, to the World of real hands."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from audit.world.aws import AwsHand
from audit.world.bacnet import BacnetHand
from audit.world.clock import SystemClock, wait
from audit.world.command import LocalCommand
from audit.world.dns import DnsHand
from audit.world.files import LocalFiles
from audit.world.guard import Guard
from audit.world.http import HttpHand
from audit.world.icmp import IcmpHand
from audit.world.lists import ListsHand
from audit.world.local import LocalHand
from audit.world.modbus import ModbusHand
from audit.world.mysql import MysqlHand
from audit.world.postgresql import PostgresqlHand
from audit.world.prober.engine import Engine
from audit.world.redis import RedisHand
from audit.world.resolver import machine_resolver
from audit.world.s3 import S3Hand
from audit.world.secrets import Secrets
from audit.world.sftp import SftpHand
from audit.world.signing import SshKeygen
from audit.world.snmp import SnmpHand
from audit.world.stock import Stock
from audit.world.tcp import TcpHand
from audit.world.tls import TlsHand
from audit.world.trust import Trust
from audit.world.world import World
from audit.world.zones import ZonesHand


def real_world(*, allow: tuple[IPv4Network | IPv6Network, ...], root: Path) -> World:
    """The hands of this machine. Nothing is touched before a probe asks; the name servers' settings are read now."""
    guard = Guard(allow, machine_resolver())
    trust = Trust(root)
    clock = SystemClock()
    secrets = Secrets(root)
    engine = Engine()
    stock = Stock(guard, Trust(root), Trust(root), secrets, engine)
    http = HttpHand(guard, trust, clock, engine, stock=stock, secrets=secrets)
    return World(
        clock=clock,
        http=http,
        tcp=TcpHand(guard, engine),
        tls=TlsHand(guard, trust, engine),
        dns=DnsHand(guard),
        zones=ZonesHand(guard),
        icmp=IcmpHand(guard),
        files=LocalFiles(root),
        command=LocalCommand(secrets),
        postgresql=PostgresqlHand(secrets, guard),
        root=root,
        guard=guard,
        mysql=MysqlHand(secrets, guard),
        redis=RedisHand(secrets, guard, trust),
        s3=S3Hand(secrets, http),
        aws=AwsHand(secrets, http),
        sftp=SftpHand(secrets, guard),
        snmp=SnmpHand(secrets, guard),
        local=LocalHand(root),
        modbus=ModbusHand(guard),
        bacnet=BacnetHand(guard),
        lists=ListsHand(root),
        pause=wait,
        signing=SshKeygen(),
        redact=secrets.redact,
    )
