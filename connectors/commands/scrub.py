"""Scrub 脱敏: answers of a platform without what they hold of persons, so that they can stand in the repository.

Replaced are the columns under ``drop``, names of persons in the columns of parties and in those that hold persons by
their heading, and everywhere identity numbers, telephone numbers and mail addresses. The form stays: what was read as a
person is still read as one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from schemas.fields.name_list import split_parties
from schemas.fields.names import is_named, is_person
from schemas.fields.personal import PLACEHOLDER, with_stand_ins
from schemas.kinds import BY_NAME
from schemas.kinds.occurrence import party_fields
from schemas.records.raw import RawRecord
from schemas.source.model import Feed
from schemas.source.reading import several, top

HOLDS_PERSONS = re.compile(r"发明人|设计人|联系人|负责人|代理人|经办人|法定代表人|姓名|作者|团队成员")


class Scrubber:
    """Made of the records that were read; scrubs every text in which they came."""

    def __init__(self, feed: Feed, records: Iterable[RawRecord]) -> None:
        self.dropped = frozenset(map(top, feed.drop))
        ours = party_fields(BY_NAME[feed.kind]) if feed.kind in BY_NAME else ()
        self.parties = frozenset(top(name) for field in ours for name in several(feed.fields.get(field, ())))
        found = dict(pair for record in records for pair in self._replacements(record.content))
        self.names = dict(sorted(found.items(), key=lambda pair: -len(pair[0])))  # the longest first

    def scrubbed(self, text: str) -> str:
        """The same text without persons; JSON value by value, so that escaped signs are found too."""
        try:
            return json.dumps(self._value(json.loads(text)), ensure_ascii=False)
        except ValueError:
            return self._text(text)

    def _replacements(self, content: dict[str, Any]) -> Iterator[tuple[str, str]]:
        for column, value in content.items():
            for text in _texts(value):
                if column in self.dropped and len(text.strip()) > 1:
                    yield text.strip(), PLACEHOLDER
                elif column in self.parties or HOLDS_PERSONS.search(column):
                    always = column not in self.parties
                    yield from ((one, stand_in(one)) for one in split_parties(text) if is_person(one) or always)

    def _value(self, value: Any, column: str = "") -> Any:
        if isinstance(value, dict):
            return {name: self._value(each, name) for name, each in value.items()}
        if isinstance(value, list):
            return [self._value(each, column) for each in value]
        if column in self.dropped:
            return PLACEHOLDER if isinstance(value, str) and value else value and 0
        if not isinstance(value, str):
            return value
        if value[:1] in ("{", "["):  # JSON in a string
            return self.scrubbed(value)
        return self._text(value)

    def _text(self, text: str) -> str:
        for name, instead in self.names.items():
            text = text.replace(name, instead)
        return with_stand_ins(text)


def stand_in(name: str) -> str:
    """张某某 for a Chinese name of three signs, which is read as a person as well."""
    return name[0] + "某" * (len(name) - 1) if is_named(name) else "某某"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
