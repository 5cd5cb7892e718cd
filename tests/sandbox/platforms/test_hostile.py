"""Hostile platforms: the same offences under the same seed, each of them committed, and the truth shown in between."""

from __future__ import annotations

import json

from ops.sandbox.platforms.hostile import FILES, HONEST_AFTER, MOST_SPOILT, Hostile
from ops.sandbox.platforms.offences import OFFENCES
from ops.sandbox.platforms.web import Answer, Call, as_html, as_json

ROWS = [{"专利号": f"2010{number}", "成果名称": "样例"} for number in range(9)]
ITEMS = "".join(f'<li><a href="/a/{number}.html">样例</a></li>\n' for number in range(9))
PAGES = {
    "/list": as_json({"code": 200, "total": 9, "rows": ROWS}),
    "/index.html": as_html(f"<html><body>{ITEMS}</body></html>"),
}


def answers(hostile: Hostile, number: int = 3000) -> list[tuple[str, Answer]]:
    """So many answers of one platform, of each of its pages some after each other."""
    found = []
    for each in range(number):
        path = tuple(PAGES)[each % 2]
        call = Call("GET", path, {"page": str(each // 2 % 40)}, {})
        changed = as_json({"code": 200, "total": 9, "rows": [{**row, "n": each} for row in ROWS]})
        found.append((path + call.query["page"], hostile.spoil("p", call, changed if path == "/list" else PAGES[path])))
    return found


def test_every_offence_is_committed_and_again_under_the_same_seed() -> None:
    first, second, other = Hostile(7), Hostile(7), Hostile(8)
    assert answers(first) == answers(second) != answers(other)
    for _ in range(200):
        first.file("q", b"data")
    assert first.met.keys() == {offence.__name__ for offence in OFFENCES} | FILES.keys()


def test_a_page_is_never_spoilt_three_times_without_honest_answers_between() -> None:
    hostile = Hostile(3)
    call, honest = Call("GET", "/list", {}, {}), PAGES["/list"]
    spoilt = "".join("x" if hostile.spoil("p", call, honest) != honest else "." for _ in range(2000))
    runs = spoilt.replace("." * HONEST_AFTER, " ").split()
    assert spoilt.count("x") > 100 and max(run.count("x") for run in runs) == MOST_SPOILT


def test_platforms_are_honest_without_a_seed_and_while_the_world_rests() -> None:
    resting = Hostile(1)
    resting.resting = True
    for hostile in (Hostile(0), resting):
        assert {json.loads(one.body)["total"] for path, one in answers(hostile, 200) if path[:5] == "/list"} == {9}
        assert hostile.file("q", b"data") is None and not hostile.met
