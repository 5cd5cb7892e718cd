"""Count patent transfers of Hunan from the copied events, and compare each period with the published figure.

    python mirror.py http://127.0.0.1:8080 copy.db tongda.transfer.v1 tongda.statistic.v1
    python figure.py copy.db

One transfer of one patent is one event. It counts where it is recorded and stands, passes by a deal and not by law, and a giver is of
Hunan (docs/figures.md). Ends with 1 where a period differs.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from typing import Any

BY_LAW = {"merger", "inheritance", "court"}
HUNAN = "43"


def values(db: sqlite3.Connection, topic: str) -> Iterator[Any]:
    for (value,) in db.execute("select value from record where topic = ?", (topic,)):
        yield json.loads(value)


def counts(event: Any) -> bool:
    said = event["statement"]
    return (
        (event["state"], event["phase"]) == ("current", "recorded")
        and said.get("cause") not in BY_LAW
        and any(giver.get("region", "").startswith(HUNAN) for giver in said["transferor"])
    )


def main(file: str) -> int:
    with closing(sqlite3.connect(file)) as db:
        counted = Counter(
            event["occurred_on"][:length]
            for event in values(db, "tongda.transfer.v1")
            if counts(event)
            for length in (4, 7)  # the year and the month, as far as the date is known
            if len(event["occurred_on"]) >= length
        )
        published = {
            point["period"]: int(point["value"])
            for point in values(db, "tongda.statistic.v1")
            if point["indicator"] == "transfers" and point["dimensions"] == {"area": "430000"}
        }
    periods = sorted(published.keys() | counted.keys())
    for period in periods:
        print(period, published.get(period, 0), counted[period])
    return int(any(published.get(period, 0) != counted[period] for period in periods))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
