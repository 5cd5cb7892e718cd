"""Judge: after the faults, what is wrong, missing or doubled, by the hub's topics and by the world's ledger."""

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

# Topics on which each revision of a key is published once, with the field that holds the revision.
ONCE = (
    (topics.RAW, "sequence"),
    (topics.SUPPLY, "revision"),
    (topics.DEMAND, "revision"),
    *((topic, "revision") for topic in topics.STATISTICS),
    *((topic, "revision") for topic in topics.EVENTS.values()),
)
DIFFERENCE = re.compile(r"^(?:event|listing|figure|dead letter|database) .*", re.MULTILINE)


@dataclass
class Verdict:
    """Differences as sentences, sorted by what they mean."""

    wrong: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    records: int = 0
    compared: str = ""

    @property
    def clean(self) -> bool:
        """Nothing wrong, missing or doubled."""
        return not (self.wrong or self.missing or self.doubled)


def judge(settings: Settings, seen: Seen, code: int, output: str) -> Verdict:
    """The verdict on a settled hub. ``code`` and ``output``: exit code and text of ``tongda verify``."""
    verdict = Verdict(wrong=list(seen.wrong), doubled=list(seen.doubled))
    by_truth(verdict, code, output)
    logs = {topic.name: list(read_to_end(settings, topic.name)) for topic, _ in ONCE}
    verdict.records = len(logs[topics.RAW.name])
    for topic, revision in ONCE:
        verdict.doubled += repeated(topic.name, logs[topic.name], revision)
    verdict.missing += without_evidence(logs[topics.RAW.name], EvidenceStore(settings.evidence))
    log = {(name, each.partition, each.offset): each.key for name in topics.FIGURES for each in logs[name]}
    verdict.missing += [
        f"figure at {at} was seen and is gone" for at in seen.offsets if log.get(at) != seen.offsets[at]
    ]
    verdict.wrong += never_correct(
        seen.points, history(read_to_end(settings, topics.CONTRIBUTION.name), settings.partitions)
    )
    return verdict


def without_evidence(log: Iterable[Incoming], store: EvidenceStore) -> list[str]:
    """Raw records without the bytes of their response: none may be published while the disk is full."""
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


def by_truth(verdict: Verdict, code: int, output: str) -> None:
    """Add the differences that ``tongda verify`` printed; any other failure of it counts as wrong."""
    differences = DIFFERENCE.findall(output)
    for line in differences:
        if line.endswith("missing"):
            verdict.missing.append(line)
        elif line.endswith("not expected"):
            verdict.doubled.append(line)
        else:
            verdict.wrong.append(line)
    compared = re.search(r"^compared: (.*)$", output, re.MULTILINE)
    verdict.compared = compared[1] if compared else ""
    if not differences and (code or "\n0 differences" not in output):
        verdict.wrong.append(f"verify ended with {code}: {output.strip()[-300:]}")


def repeated(topic: str, log: Iterable[Incoming], revision: str) -> list[str]:
    """The same revision of the same key, published more than once."""
    times = Counter((record.key, wire.decode(record.value)[revision]) for record in log if record.value is not None)
    return [
        f"{topic} {key.decode()}: {revision} {number} {count} times"
        for (key, number), count in times.items()
        if count > 1
    ]


def history(contributions: Iterable[Incoming], partitions: int) -> dict[str, list[str]]:
    """Every correct value of each figure over time: tally applied to each prefix of the contributions."""
    tallies = [Tally(partition, Context(partitions)) for partition in range(partitions)]
    values: dict[str, list[str]] = defaultdict(list)
    for record in contributions:
        for output in tallies[record.partition].apply([record]):
            if output.topic in topics.FIGURES and output.value is not None:
                values[output.key.decode()].append(wire.decode(output.value)["value"])
    return values


def never_correct(shown: Mapping[str, Sequence[str]], correct: Mapping[str, Sequence[str]]) -> list[str]:
    """Figures whose values match no prefix of the contributions, or return to an older one."""
    found = []
    for key, values in shown.items():
        at, prefixes = 0, correct.get(key, ())
        for value in values:
            while at < len(prefixes) and prefixes[at] != value:
                at += 1
            if at == len(prefixes):
                found.append(f"figure {key}: {value} was shown but was never correct")
                break
    return found
