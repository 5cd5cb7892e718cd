"""A real Apache Kafka, one KRaft node on loopback, for one machine and for tests. Data in HOME/kafka survive a kill."""

from __future__ import annotations

import base64
import re
import shutil
import signal
import subprocess
import uuid
from pathlib import Path

from ops import bus
from ops.embedded.java import jars, java
from ops.embedded.service import Service, advertised_port, free_port, is_free, kept_port, last_line, launch, record
from ops.settings import Settings
from schemas.errors import HubError, Unreachable
from schemas.topics import Topic

FIRST_PORT, FIRST_OWN_PORT, FIRST_CONTROLLER_PORT = 19092, 19292, 19492
READY_SECONDS = 90.0
ROOM_BYTES = 16 << 20  # a start writes an index or two
ZONE = "Asia/Shanghai"  # of the times in its log, as in all others
MEMORY = ("-Xmx512m", "-XX:+UseSerialGC", "-Xshare:auto", "-XX:TieredStopAtLevel=4")
CANARY = Topic("tongda.canary", "word", "compact", "the embedded broker's start")

# Clients have a listener of their own, since tests put a proxy before it; the broker reaches itself by another.
# Replication 1 because there is one node; short times because its clients are few and local. The broker's session is long:
# no other broker can take over, and one that is fenced for a moment drops markers (see _fence_killed_broker).
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
controller.listener.names=CONTROLLER
listeners=CLIENTS://127.0.0.1:{port},OWN://127.0.0.1:{own},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=CLIENTS://127.0.0.1:{advertised},OWN://127.0.0.1:{own},CONTROLLER://127.0.0.1:{controller}
listener.security.protocol.map=CLIENTS:PLAINTEXT,OWN:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=OWN
log.dirs={data}
auto.create.topics.enable=false
default.replication.factor=1
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
offsets.retention.minutes=525600
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.abort.timed.out.transaction.cleanup.interval.ms=1000
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=500
broker.session.timeout.ms=60000
log.cleaner.dedupe.buffer.size=33554432
num.network.threads=2
num.io.threads=4
"""

# The same controller without a broker, and with a short session timeout for the broker that was killed.
CONTROLLER_ALONE = """\
process.roles=controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
controller.listener.names=CONTROLLER
listeners=CONTROLLER://127.0.0.1:{controller}
advertised.listeners=CONTROLLER://127.0.0.1:{controller}
listener.security.protocol.map=CONTROLLER:PLAINTEXT
log.dirs={data}
broker.session.timeout.ms=500
"""
ACTIVE = "Becoming the active controller"  # after it has replayed everything
# How it logs a registration: whole (fenced=true|false), or a change of it (1: fenced from now on, -1: no longer, 0: as before).
FENCED = re.compile(r"Replayed .*Broker.*Record.* (?:for|of) broker 1: .*?\bfenced=(true|false|1|-1)\b")
CLEAN = ".kafka_cleanshutdown"  # left by a broker that was stopped in order
METADATA_LOG, COPY = "__cluster_metadata-0", "register.tar"  # the controller's log, and the copy made before a start


def start_kafka(home: Path, port: int | None = None) -> Service:
    """Start the broker over the data in HOME/kafka, formatting them the first time; return when it commits and returns records.

    Port None: the one it had, else the first free one from 19092; 0: any. Raises Misconfigured, Unreachable.
    """
    folder, log = home / "kafka", home / "log" / "kafka.log"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)  # raw records hold what no other account of this machine may read
    log.parent.mkdir(parents=True, exist_ok=True)
    anywhere = port == 0  # several test runs start at once, so none may take a first port
    port = port or (free_port() if anywhere else kept_port(folder, "port", FIRST_PORT))
    controller = kept_port(folder, "controller-port", 0 if anywhere else FIRST_CONTROLLER_PORT)
    own = kept_port(folder, "own-port", 0 if anywhere else FIRST_OWN_PORT)
    properties, data, address = (
        folder / "server.properties",
        folder / "data",
        f"127.0.0.1:{advertised_port(folder, port)}",
    )
    ports = {"port": port, "advertised": advertised_port(folder, port), "own": own, "controller": controller}
    properties.write_text(PROPERTIES.format(**ports, data=data))
    _must_have_room(data if data.exists() else folder)
    if not (data / "meta.properties").exists():
        _format(properties, data, log)
    else:
        _copy_metadata_log(data)
        if not (data / CLEAN).exists():
            _fence_killed_broker(home, address, controller)
            _must_have_room(data)
    command = _java(log, *MEMORY, "kafka.Kafka", str(properties))
    process = launch(command, home / "log" / "kafka.out")
    service = Service("kafka", process, address, log, signal.SIGTERM, port=port)
    record(service, home / "run", command)

    def works() -> bool:
        if is_free(own):
            return False
        (data / COPY).unlink(missing_ok=True)  # the broker has started with its metadata log: the copy is not needed
        return _commits_records(f"127.0.0.1:{own}", home, _cluster_of(data))

    service.wait_until(works, READY_SECONDS)
    return service


def _must_have_room(folder: Path) -> None:
    """On a full disk the broker crashes in its memory-mapped indexes without naming the disk. Raises Unreachable."""
    if (free := shutil.disk_usage(folder).free) < ROOM_BYTES:
        raise Unreachable(f"disk full: {folder}, {free} bytes free · 磁盘已满", next_step=f"df -h {folder}")


def _copy_metadata_log(data: Path) -> None:
    """Copy the controller's log before a start; a copy that an earlier start left is put back first.

    Records written to that log while the disk fills up may be in it twice. At the next start Kafka 4.3 reports "found
    invalid offset during recovery", empties the log, and treats every topic as stray.
    """
    log, kept = data / METADATA_LOG, data / COPY
    if kept.exists():
        shutil.rmtree(log, ignore_errors=True)
        shutil.unpack_archive(kept, data)
    else:
        part = Path(shutil.make_archive(str(kept.with_suffix(".part")), "tar", data, METADATA_LOG))
        part.rename(kept)


def _java(log: Path, *arguments: str) -> list[str]:
    configuration = Path(__file__).with_name("log4j2.xml")
    zone = f"-Duser.timezone={ZONE}"
    return [
        java(),
        zone,
        f"-Dlog4j2.configurationFile={configuration}",
        f"-Dtongda.log={log}",
        "-cp",
        jars(),
        *arguments,
    ]


def _format(properties: Path, data: Path, log: Path) -> None:
    """Give the data folder its cluster id, once. Files of an interrupted first start are removed."""
    shutil.rmtree(data, ignore_errors=True)
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    command = _java(
        log,
        "-Xmx128m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "kafka.tools.StorageTool",
        "format",
        f"--cluster-id={cluster}",  # one argument: the id may begin with a dash
        "-c",
        str(properties),
        "--standalone",
    )
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unreachable(
            f"Kafka could not format {data}: {(done.stderr or done.stdout).strip()[-300:] or last_line(log)}",
            next_step=f"less {log}",
        )


def _fence_killed_broker(home: Path, address: str, controller: int) -> None:
    """After a kill: run the controller alone until it has fenced the killed broker, then start the next broker.

    Otherwise the new broker still counts as leader of its partitions for seconds; when its predecessor's session ends they
    have no leader for a moment, and Kafka 4.3 then drops the markers of the transactions that it is ending. Their records
    stay open, and the next commit of the same writer makes them visible: aborted records are read, as duplicates.
    Fencing takes two seconds and saves the six that the new broker would wait for its registration.
    """
    properties, log = home / "kafka" / "controller.properties", home / "log" / "controller.log"
    log.unlink(missing_ok=True)
    properties.write_text(CONTROLLER_ALONE.format(controller=controller, data=home / "kafka" / "data"))
    command = _java(log, "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "kafka.Kafka", str(properties))
    alone = Service("kafka", launch(command, home / "log" / "kafka.out"), address, log, signal.SIGTERM)
    record(alone, home / "run", command)
    try:
        alone.wait_until(lambda: log.exists() and no_broker_leads(log.read_text(errors="replace")), READY_SECONDS)
    finally:
        alone.stop()


def no_broker_leads(log: str) -> bool:
    """Whether the controller that wrote this log is active and counts no broker as alive: fenced, or never registered.

    However long it takes: on a busy machine the half second of its session has lasted more than three.
    """
    states = FENCED.findall(log)
    return ACTIVE in log and (not states or states[-1] in ("true", "1"))


def _cluster_of(data: Path) -> str:
    lines = (data / "meta.properties").read_text().splitlines()
    return next(line.partition("=")[2] for line in lines if line.startswith("cluster.id="))


def _commits_records(address: str, home: Path, cluster: str) -> bool:
    """Write a record and a group's offset in a transaction and read the record back: an open port is not enough.

    The cluster id is compared first: another broker may have taken the port while this one was away.
    """
    settings = Settings(home=home, kafka=address, partitions=1)
    try:
        with bus.Admin(settings) as admin:
            if admin.cluster_id() != cluster:
                return False
            admin.apply((CANARY,))
        with bus.Writer(settings, "tongda.canary.0") as writer:
            record = bus.Outgoing(CANARY.name, b"canary", b"written", 0)
            writer.commit([record], {(CANARY.name, 0): 1}, "tongda.canary")
        return any(record.value == b"written" for record in bus.read_to_end(settings, CANARY.name, deadline_seconds=5))
    except HubError:
        return False
