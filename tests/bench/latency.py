"""Quiet latency: one event a second, from the platform's answer (``fetched_at``) to the figure, in topic and API."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import datetime

from msgspec.structs import replace

from ops.bus import Admin, Reader, Writer
from ops.embedded import start_postgres
from ops.embedded.service import free_port
from ops.settings import Settings
from ops.sources import load_sources
from ops.supervisor.parts import TONGDA
from schemas import topics, wire
from schemas.fields.date import CHINA
from schemas.records.raw import RawRecord
from sinks.store.database import Database
from sinks.store.migrate import migrate
from streams.processor import Context
from tests.bench.line import Line, percentile
from tests.bench.run import Run
from tests.hub import Hub
from tests.live.workers import Worker, until
from tests.payloads import outgoing, raw_records

AIM_MS = 150.0
INDICATOR = "contracts"
QUESTION = f"/api/v1/statistics/{INDICATOR}?area=430000"
ASKED_EVERY_SECONDS = 0.02
TOPIC = (
    "a plain read_committed reader of tongda.statistic.v1, first figure with this event's as_of; connector's commit in"
)
API = f"GET {QUESTION.partition('?')[0]} of a portal over the store, asked every {ASKED_EVERY_SECONDS * 1000:g} ms"
Seen = dict[str, float]  # by as_of, when it was first seen


def measure(settings: Settings, run: Run) -> Iterator[Line]:
    with Admin(settings) as admin:
        admin.apply(topics.TOPICS)
    postgres = start_postgres(settings.home, 0)
    settings = settings.model_copy(update={"database": postgres.url, "portal": f"127.0.0.1:{free_port()}"})
    try:
        database = Database(settings.database, role="bench")
        migrate(database)
        database.close()
        sent, in_topic, in_api = watched(settings, counting(settings, run.scale.events))
    finally:
        postgres.stop()
    for place, seen, method in (("topic", in_topic, TOPIC), ("API", in_api, API)):
        taken = [1000 * (seen[at] - when) for at, when in sent.items() if at in seen]
        assert len(taken) == len(sent), (
            f"{len(sent) - len(taken)} of {len(sent)} figures were never seen in the {place}"
        )
        name = f"answer to figure in {place}, 1/s, {len(taken)} of {len(sent)}"
        yield Line("latency", f"{name}, p50", percentile(taken, 0.50), "ms", method)
        yield Line("latency", f"{name}, p99", percentile(taken, 0.99), "ms", method, AIM_MS)


def counting(settings: Settings, number: int) -> list[RawRecord]:
    """New contracts that each change the figure, as the in-memory hub shows: not every contract counts."""
    in_memory, chosen = Hub(Context(settings.partitions, load_sources(settings.sources))), list[RawRecord]()
    contracts = (record for record in raw_records(400) if record.feed == "contracts" and record.sequence == 1)
    revision = 0
    while len(chosen) < number:
        record = next(contracts)
        in_memory.write([outgoing(record, settings.partitions)])
        in_memory.run()
        points = in_memory.facts(topics.STATISTIC.name).values()
        before, revision = revision, sum(p["contributions"] for p in points if p["indicator"] == INDICATOR)
        chosen += [record] if revision > before else []
    return chosen


def watched(settings: Settings, records: list[RawRecord]) -> tuple[Seen, Seen, Seen]:
    """Send one record a second through the whole hub; when each was sent, seen in the topic, seen in the API."""
    worker = Worker(settings, "bench", role="streams")
    others = [
        subprocess.Popen([*TONGDA, "run", role], env=environment(settings, role), stderr=subprocess.DEVNULL)
        for role in ("store", "portal")
    ]
    sent, in_topic, in_api = Seen(), Seen(), Seen()
    ended = threading.Event()
    watchers = [
        threading.Thread(target=watch_topic, args=(settings, in_topic, ended)),
        threading.Thread(target=watch_api, args=(settings, in_api, ended)),
    ]
    try:
        assert until(lambda: worker.health() == 200)
        assert until(lambda: asked(settings) is not None, 60)
        for watcher in watchers:
            watcher.start()
        with Writer(settings, "bench.feed.0") as writer:
            for record in records:
                now = time.time()
                at = datetime.fromtimestamp(now, CHINA).isoformat(timespec="microseconds")
                sent[at] = now
                writer.commit([outgoing(replace(record, fetched_at=at), settings.partitions)])
                time.sleep(max(0.0, now + 1 - time.time()))
        until(lambda: sent.keys() <= in_topic.keys() & in_api.keys(), 10)
    finally:
        ended.set()
        for watcher in watchers:
            watcher.join()
        for process in others:
            process.kill()
            process.wait()
        worker.end()
    return sent, in_topic, in_api


def environment(settings: Settings, role: str) -> dict[str, str]:
    """The environment of a store or portal of this hub."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("TONGDA_")},
        "TONGDA_PROFILE": "test",
        "TONGDA_HOME": str(settings.home / role),
        "TONGDA_KAFKA": settings.kafka,
        "TONGDA_DATABASE": settings.database,
        "TONGDA_TOPIC_PREFIX": settings.topic_prefix,
        "TONGDA_PORTAL": settings.portal,
        "TONGDA_OPERATOR": "127.0.0.1:0",
    }


def watch_topic(settings: Settings, seen: Seen, ended: threading.Event) -> None:
    """Note when the first figure with each ``as_of`` was read, as a plain subscriber reads it."""
    with Reader(settings) as reader:
        reader.assign([(topics.STATISTIC.name, partition) for partition in range(settings.partitions)])
        reader.seek_to_beginning()
        while not ended.is_set():
            for record in reader.poll(1000, 0.1):
                seen.setdefault(wire.decode(record.value or b"{}")["as_of"], time.time())


def watch_api(settings: Settings, seen: Seen, ended: threading.Event) -> None:
    """Note when an answer was first as new as each ``as_of``."""
    while not ended.wait(ASKED_EVERY_SECONDS):
        if at := asked(settings):
            seen.setdefault(at, time.time())


def asked(settings: Settings) -> str | None:
    """The ``as_of`` of the portal's answer: empty when there is no figure yet, None when there is no answer."""
    portal = http.client.HTTPConnection(settings.portal, timeout=5)
    try:
        portal.request("GET", QUESTION)
        answer = portal.getresponse()
        told = json.loads(answer.read())
    except (OSError, ValueError):
        return None
    finally:
        portal.close()
    return (told["as_of"] or "") if answer.status == 200 else "" if answer.status == 404 else None
