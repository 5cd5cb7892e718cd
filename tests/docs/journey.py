"""A sample's way through the stages, in one process and without a broker: ``python -m tests.docs.journey SOURCE FEED``.

Prints what is published in the end, the last value of each key: topic, key, value as JSON, apart by tabs.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator

from connectors.commands.tryout import page_of
from ops.bus import Incoming
from ops.settings import read_settings
from ops.sources import load_sources
from schemas import topics
from schemas.records.evidence import Evidence
from schemas.records.raw import RawRecord
from schemas.source.model import Source
from schemas.wire import encode
from streams.processor import Context
from streams.stages import STAGES

FETCHED_AT = "2026-04-01T08:00:00+08:00"


def raw_records(source: Source, feed: str, folder: str) -> Iterator[RawRecord]:
    """What a first poll would publish of the feed's sample."""
    sample = next((read_settings({}).sources / folder / "samples").glob(f"{feed}.*"))
    for row in page_of(source, feed, sample.name, sample.read_bytes()).rows:
        evidence = Evidence(sha256="0" * 64, pointer=row.pointer)
        yield RawRecord(source.id, feed, row.key, 1, FETCHED_AT, "", evidence, row.content)


def published(source: Source, records: Iterator[RawRecord]) -> dict[str, dict[str, str]]:
    """Topic → key → last value, after every stage has read all there is (fold also reads what it wrote)."""
    context = Context(partitions=1, sources={source.id: source})
    processors = {stage: stage.processor(0, context) for stage in STAGES}
    logs: dict[str, list[Incoming]] = defaultdict(list)
    read = dict.fromkeys(STAGES, 0)

    def write(topic: str, key: bytes, value: bytes | None) -> None:
        logs[topic].append(Incoming(topic, 0, len(logs[topic]), key, value, (), 0))

    for record in records:
        write(topics.RAW.name, record.key.encode(), encode(record))
    while any(read[stage] < len(logs[stage.reads.name]) for stage in STAGES):
        for stage in STAGES:
            batch = logs[stage.reads.name][read[stage] :]
            read[stage] += len(batch)
            for output in processors[stage].apply(batch) if batch else ():
                write(output.topic, output.key, output.value)
    return {
        topic: {record.key.decode(): (record.value or b"null").decode() for record in log}
        for topic, log in logs.items()
        if topic not in (stage.keeps.name for stage in STAGES)
    }


if __name__ == "__main__":
    name, feed_name = sys.argv[1:]
    definition = load_sources(read_settings({}).sources)[name]
    for topic_name, values in published(definition, raw_records(definition, feed_name, name)).items():
        for key_text, value_text in values.items():
            sys.stdout.write(f"{topic_name}\t{key_text}\t{value_text}\n")
