"""Judge: after the faults, what is wrong, missing or doubled, by the hub's own log and by the world's truth."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ops.bus import Incoming, read_to_end
from ops.evidence import EvidenceStore
from ops.settings import Settings
from schemas import topics, wire
from schemas.errors import HubError
from streams.processor import Context
from streams.tally import Tally
from tests.torture.observers import Seen

# What is published once for each revision, and which field says which revision it is.
ONCE = (
    (topics.RAW, "sequence"),
    (topics.SUPPLY, "revision"),
    (topics.DEMAND, "revision"),
    (topics.STATISTIC, "revision"),
    *((topic, "revision") for topic in topics.EVENTS.values()),
)
DIFFERENCE = re.compile(r"^(?:event|listing|figure|dead letter|database) .*", re.MULTILINE)


@dataclass
class Verdict:
    """Differences in words, by what they mean."""

    wrong: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    records: int = 0
    compared: str = ""

    @property
    def clean(self) -> bool:
        """Nothing wrong, missing or doubled."""
        return not (self.wrong or self.missing or self.doubled)


def judge(settings: Settings, seen: Seen, code: int, told: str) -> Verdict:
    """Everything that can be said of a settled hub. ``code`` and ``told`` are the answer of ``tongda verify``."""
    verdict = Verdict(wrong=list(seen.wrong), doubled=list(seen.doubled))
    by_truth(verdict, code, told)
    logs = {topic.name: list(read_to_end(settings, topic.name)) for topic, _ in ONCE}
    verdict.records = len(logs[topics.RAW.name])
    for topic, revision in ONCE:
        verdict.doubled += repeated(topic.name, logs[topic.name], revision)
    verdict.missing += without_evidence(logs[topics.RAW.name], EvidenceStore(settings.evidence))
    log = {(record.partition, record.offset): record.key for record in logs[topics.STATISTIC.name]}
    verdict.missing += [
        f"figure at {place} was seen and is gone" for place in seen.places if log.get(place) != seen.places[place]
    ]
    verdict.wrong += never_true(
        seen.points, history(read_to_end(settings, topics.CONTRIBUTION.name), settings.partitions)
    )
    return verdict


def without_evidence(log: Iterable[Incoming], store: EvidenceStore) -> list[str]:
    """Raw records whose response's bytes were not kept: a disk that was full must not have let them pass."""
    found, known = [], dict[str, str]()
    for record in log:
        if record.value is None:
            continue
        sha = wire.decode(record.value)["evidence"]["sha256"]
        if sha not in known:
            try:
                store.get(sha)
                known[sha] = ""
            except HubError as error:
                known[sha] = error.message
        if known[sha]:
            found.append(f"evidence of raw record {record.key.decode()}: {known[sha]}")
    return found


def by_truth(verdict: Verdict, code: int, told: str) -> None:
    """Sort what ``tongda verify`` printed; whatever is not a clean end counts as wrong."""
    differences = DIFFERENCE.findall(told)
    for line in differences:
        if line.endswith("missing"):
            verdict.missing.append(line)
        elif line.endswith("not expected"):
            verdict.doubled.append(line)
        else:
            verdict.wrong.append(line)
    compared = re.search(r"^compared: (.*)$", told, re.MULTILINE)
    verdict.compared = compared[1] if compared else ""
    if not differences and (code or "\n0 differences" not in told):
        verdict.wrong.append(f"verify ended with {code}: {told.strip()[-300:]}")


def repeated(topic: str, log: Iterable[Incoming], revision: str) -> list[str]:
    """The same revision of the same key, published more than once."""
    times = Counter((record.key, wire.decode(record.value)[revision]) for record in log if record.value is not None)
    return [
        f"{topic} {key.decode()}: {revision} {number} {count} times"
        for (key, number), count in times.items()
        if count > 1
    ]


def history(contributions: Iterable[Incoming], partitions: int) -> dict[str, list[str]]:
    """Every value each figure ever truly had: the folds over each prefix of the contributions, one by one."""
    tallies = [Tally(partition, Context(partitions)) for partition in range(partitions)]
    values: dict[str, list[str]] = defaultdict(list)
    for record in contributions:
        for output in tallies[record.partition].apply([record]):
            if output.topic == topics.STATISTIC.name and output.value is not None:
                values[output.key.decode()].append(wire.decode(output.value)["value"])
    return values


def never_true(shown: Mapping[str, Sequence[str]], true: Mapping[str, Sequence[str]]) -> list[str]:
    """Figures that were shown though no prefix of what came in gives them, or that went back to an older prefix."""
    found = []
    for key, values in shown.items():
        at, prefixes = 0, true.get(key, ())
        for value in values:
            while at < len(prefixes) and prefixes[at] != value:
                at += 1
            if at == len(prefixes):
                found.append(f"figure {key}: {value} was shown and never true")
                break
    return found
