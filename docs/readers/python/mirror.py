"""A copy of topics in SQLite: each from a snapshot, then by its changes. Python's standard library is all it needs.

    python mirror.py http://127.0.0.1:8080 copy.db tongda.transfer.v1 tongda.statistic.v1

Stop it at any moment, also with kill -9, and start it again: records and the place after them are one transaction. It ends when
it has everything; run it again for what is new, or follow /api/v1/stream and run it at every event. HUB_KEY is your key, if any.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

SCHEMA = """
create table if not exists record (
  topic text, key text, revision integer not null, value text not null, primary key (topic, key)
);
create table if not exists place (topic text primary key, epoch text not null, after integer not null);
"""


class Mirror:
    """The copy of one topic. ``db`` commits records together with the place after them."""

    def __init__(self, url: str, db: sqlite3.Connection, topic: str, key: str = "") -> None:
        self.url, self.db, self.topic, self.key = url, db, topic, key
        self.db.executescript(SCHEMA)

    def run(self) -> None:
        """Until there is nothing new. A place of another epoch means that the hub's database was restored: begin anew."""
        while not self.go_on():
            self.begin()

    def begin(self) -> None:
        """Replace everything by a snapshot; one that was cut has no last line and replaces nothing."""
        with self.db, closing(self.ask(f"/api/v1/snapshots/{self.topic}")) as lines:
            head = next(lines)["head"]
            self.db.execute("delete from record where topic = ?", (self.topic,))
            for number, line in enumerate(lines):
                if "end" in line:
                    if line["end"]["records"] != number:
                        raise ValueError("the snapshot names another number of records than it has")
                    self.db.execute(
                        "insert or replace into place values (?, ?, ?)", (self.topic, head["epoch"], head["sequence"])
                    )
                    return
                self.keep(line["key"], line["revision"], line["value"])
            raise ValueError("the snapshot was cut")

    def go_on(self) -> bool:
        """Take the changes after the place; False when there is no place, or it is of another epoch."""
        while (place := self.place()) is not None:
            epoch, after = place
            [page] = self.ask("/api/v1/changes?" + urlencode({"topic": self.topic, "after": after}))
            if page["epoch"] != epoch:
                return False
            with self.db:
                for change in page["items"]:
                    self.keep(change["key"], change["revision"], change["value"])
                    self.db.execute("update place set after = ? where topic = ?", (change["sequence"], self.topic))
            if page["next"] is None:
                return True
        return False

    def keep(self, key: str, revision: int, value: Any) -> None:
        """A null takes the copy away; a revision that is not higher than the one held says nothing new."""
        if value is None:
            self.db.execute("delete from record where topic = ? and key = ?", (self.topic, key))
            return
        self.db.execute(
            "insert into record values (?, ?, ?, ?) on conflict (topic, key) do update "
            "set revision = excluded.revision, value = excluded.value where excluded.revision > record.revision",
            (self.topic, key, revision, json.dumps(value, ensure_ascii=False, sort_keys=True)),
        )

    def place(self) -> tuple[str, int] | None:
        return self.db.execute("select epoch, after from place where topic = ?", (self.topic,)).fetchone()

    def ask(self, path: str) -> Iterator[Any]:
        """The lines of an answer, one of which an ordinary answer is."""
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        with urlopen(Request(self.url + path, headers=headers), timeout=60) as answer:
            yield from map(json.loads, answer)


if __name__ == "__main__":
    hub, file, *topics = sys.argv[1:]
    with closing(sqlite3.connect(file)) as db:
        for topic in topics:
            Mirror(hub, db, topic, os.environ.get("HUB_KEY", "")).run()
