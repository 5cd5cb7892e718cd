"""Organisations by what people type for them: name, part of it, short name (湖大), former name, credit code, pinyin, initials."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from pypinyin import lazy_pinyin

from schemas.fields.divisions import divisions
from schemas.fields.names import name_key
from sinks.portal.search.meanings import ENDS, SHORTEST
from sinks.portal.search.text import plain

MOST = 12  # organisations that one word may mean; what means more means none of them
LATIN = re.compile(r"[a-z]{2,}")
CODE = re.compile(r"[0-9a-z]{18}")
LEAST_LETTERS = 5  # of a name in pinyin that is not whole yet
SCHOOL = re.compile(r"(大学|学院)$")
FORM = re.compile(r"(?:股份有限公司|有限责任公司|有限公司|集团|总公司|公司)+$")
TRADE = ("科技", "实业", "产业", "工业", "控股", "发展", "集团")


@dataclass
class Organisation:
    """``names``: the one used last first; ``codes``: unified social credit codes."""

    id: str
    names: list[str] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)


class Organisations:
    """Not thread-safe: the index that has it holds its lock."""

    def __init__(self) -> None:
        self._known: dict[str, Organisation] = {}
        self._by: dict[str, dict[str, None]] = defaultdict(dict)  # what is typed whole → ids
        self._by_short: dict[str, dict[str, None]] = defaultdict(dict)  # which a whole name of another stands before
        self._by_pinyin: dict[str, dict[str, None]] = defaultdict(dict)
        self._waiting: list[tuple[str, str]] = []  # names whose pinyin is not known yet: it is asked for seldom

    def __len__(self) -> int:
        return len(self._known)

    def put(self, id: str, name: str, code: str | None = None, former: Iterable[str] = ()) -> None:
        """Take in how a record names an organisation."""
        known = self._known.setdefault(id, Organisation(id))
        for each in (name, *former):
            if each not in known.names:
                known.names.append(each)
                self._waiting.append((id, each))
                self._by[plain(name_key(each))][id] = None
                for short in short_names(each):
                    self._by_short[plain(short)][id] = None
        if code and code not in known.codes:
            known.codes.add(code)
            self._by[plain(code)][id] = None

    def named(self, text: str) -> tuple[str, ...]:
        """The ids that a whole word may mean; none when it may mean too many."""
        shown = plain(text)
        found = self._by.get(shown) or self._by.get(plain(name_key(text))) or self._by_short.get(shown, {})
        if not found and LATIN.fullmatch(shown):
            found = self._in_pinyin(shown)
        return tuple(found) if len(found) <= MOST else ()

    def containing(self, text: str, most: int) -> tuple[Organisation, ...]:
        """Those that the text names, then those with it in their name, the shortest names first."""
        first = [self._known[id] for id in self.named(text)]
        shown = plain(text).replace(" ", "")
        if len(shown) >= 2 and not LATIN.fullmatch(shown):
            has = [one for one in self._known.values() if any(shown in plain(name) for name in one.names)]
            first += sorted(has, key=lambda one: (len(one.names[0]), one.names[0]))
        return tuple({one.id: one for one in first}.values())[:most]

    def _in_pinyin(self, letters: str) -> dict[str, None]:
        """Whole pinyin, initials, or at least five letters that a name begins with."""
        self.read_out()
        if letters in self._by_pinyin or len(letters) < LEAST_LETTERS:
            return self._by_pinyin.get(letters, {})
        return {id: None for name, ids in self._by_pinyin.items() if name.startswith(letters) for id in ids}

    def read_out(self) -> None:
        """Put the names that came since the last time into pinyin."""
        for id, name in self._waiting:
            for text in {name, core(name)}:
                syllables = lazy_pinyin(text)
                for written in ("".join(syllables), "".join(each[:1] for each in syllables)):
                    self._by_pinyin[written.lower()][id] = None
        self._waiting.clear()


def core(name: str) -> str:
    """A company's name without place, legal form and brackets: 湖南三一重工股份有限公司 → 三一重工."""
    bare = FORM.sub("", re.sub(r"[（(].*?[)）]", "", name))
    place = _place(bare)
    return bare[len(place) :] if len(bare) - len(place) >= 2 and not SCHOOL.search(name) else bare


def short_names(name: str) -> Iterator[str]:
    """How people call it: 湖南大学 → 湖大; 湖南师范大学 → 湖南师大, 湖师大; 长沙理工大学 → 长沙理工, 长理; 三一重工 → 三一."""
    if school := SCHOOL.search(name):
        place, end = _place(name), school[1][0] if school[1] == "大学" else school[1][-1]
        if field_ := name[len(place) : school.start()]:
            if place:
                yield from (place + field_[0] + end, place[0] + field_[0] + end, place + field_)
                if end == "大":
                    yield place[0] + field_[0]
            else:
                yield from (field_, field_ + end, field_[0] + end)
        elif place:
            yield from (place + end, place[0] + end)
        return
    middle = core(name)
    if middle != name:
        yield middle
    trade = next((each for each in TRADE if middle.endswith(each) and len(middle) - len(each) >= 2), "")
    if trade:
        yield middle.removesuffix(trade)


def _place(name: str) -> str:
    """The division that a name begins with, with or without 省, 市, 县, 区."""
    return next((name[:length] for length in range(8, 1, -1) if name[:length] in _places()), "")


@cache
def _places() -> frozenset[str]:
    ends = (*ENDS, "省", "自治区")
    short = {
        name.removesuffix(end) for name in divisions().values() for end in ends if len(name) - len(end) >= SHORTEST
    }
    return frozenset(short) | {*divisions().values(), "中国", "国家"}
