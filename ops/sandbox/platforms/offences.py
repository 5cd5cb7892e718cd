"""Offences: what a hostile platform does to an answer. Functions of the honest answer; None: this one cannot be spoilt so.

None invents a fact: an offence withholds, repeats, damages or delays what the platform shows, or shows what it showed
before. So the truth can be read as soon as the platform answers honestly again.
"""

from __future__ import annotations

import functools
import gzip
import json
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ops.sandbox.platforms.faults import NEW_NAMES
from ops.sandbox.platforms.web import CHALLENGE, Answer, Call, as_html, as_json

LOGIN = (
    "<html><head><title>用户登录</title></head><body><form>用户名<input name=u>密码<input name=p></form></body></html>"
)
BUSY = "<html><head><title>提示</title></head><body>系统维护中，请稍后再试</body></html>"
BOMB_BYTES = 48 << 20  # three times what a definition lets an answer have
# None of them asks for more than some seconds: a platform that asks for a day is not read for a day.
RETRY_AFTER = ("1", "2", "-5", "soon", "Thu, 01 Jan 2015 00:00:00 GMT", "")
ELSEWHERE = ("/login", "http://169.254.169.254/latest/meta-data/", "file:///etc/passwd", "//evil.invalid/")
ITEM = re.compile(r"<li>.*?</li>\n?", re.DOTALL)


@dataclass
class Asked:
    """One request: who decides at random, and what this platform answered before (by address, the newest last)."""

    call: Call
    chance: random.Random
    before: dict[str, Answer] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return address_of(self.call)


def address_of(call: Call) -> str:
    """Of one page: path, parameters and body, without what a signature changes each time."""
    changing = {"timestamp", "sign", "access_token"}
    query = sorted((name, value) for name, value in call.query.items() if name not in changing)
    return f"{call.method} {call.path} {query} {call.body!r}"


Offence = Callable[[Asked, Answer], Answer | None]


def shows_its_login(asked: Asked, honest: Answer) -> Answer | None:
    return as_html(LOGIN)


def shows_its_login_as_data(asked: Asked, honest: Answer) -> Answer | None:
    return None if honest.media.startswith("text/html") else Answer(LOGIN.encode(), 200, honest.media)


def wants_a_captcha(asked: Asked, honest: Answer) -> Answer | None:
    return as_html(CHALLENGE)


def is_under_maintenance(asked: Asked, honest: Answer) -> Answer | None:
    return as_html(BUSY)


def forbids(asked: Asked, honest: Answer) -> Answer | None:
    return as_html(BUSY, asked.chance.choice((401, 403, 412, 451)))


def has_a_fault(asked: Asked, honest: Answer) -> Answer | None:
    return as_html(BUSY, asked.chance.choice((500, 502, 503, 504)))


def throttles(asked: Asked, honest: Answer) -> Answer | None:
    after = asked.chance.choice(RETRY_AFTER)
    return replace(as_html(BUSY, asked.chance.choice((429, 503))), headers=(("Retry-After", after),) if after else ())


def redirects(asked: Asked, honest: Answer) -> Answer | None:
    where = asked.chance.choice(ELSEWHERE)
    return Answer(b"", asked.chance.choice((301, 302, 307)), headers=(("Location", where),))


def says_nothing(asked: Asked, honest: Answer) -> Answer | None:
    return Answer(b"", asked.chance.choice((200, 204)), honest.media)


def finds_nothing(asked: Asked, honest: Answer) -> Answer | None:
    return as_html("<html><title>404</title></html>", 404)


def says_not_modified(asked: Asked, honest: Answer) -> Answer | None:
    """304 without proof: to a request that carries no condition, or though the page has changed."""
    return Answer(b"", 304)


def gives_a_lasting_validator(asked: Asked, honest: Answer) -> Answer | None:
    """The page with an ETag that stays when the page changes."""
    return replace(honest, headers=(("ETag", '"v1"'),))


def resets(asked: Asked, honest: Answer) -> Answer | None:
    return replace(honest, ending="reset")


def cuts_its_body(asked: Asked, honest: Answer) -> Answer | None:
    """The declared length is that of the whole."""
    return replace(honest, ending="cut")


def cuts_its_body_cleanly(asked: Asked, honest: Answer) -> Answer | None:
    return replace(honest, body=honest.body[: len(honest.body) * 2 // 3])


def drips(asked: Asked, honest: Answer) -> Answer | None:
    return replace(honest, ending="drip")


def drips_and_resets(asked: Asked, honest: Answer) -> Answer | None:
    return replace(honest, ending="drip and reset")


def sends_a_bomb(asked: Asked, honest: Answer) -> Answer | None:
    return replace(honest, body=bomb(), headers=(("Content-Encoding", "gzip"),))


@functools.cache
def bomb() -> bytes:
    return gzip.compress(bytes(BOMB_BYTES), 9, mtime=0)


def compresses_otherwise(asked: Asked, honest: Answer) -> Answer | None:
    return replace(honest, headers=(("Content-Encoding", asked.chance.choice(("gzip", "br", "zstd"))),))


def compresses_and_cuts(asked: Asked, honest: Answer) -> Answer | None:
    return replace(honest, body=gzip.compress(honest.body, mtime=0)[:-6], headers=(("Content-Encoding", "gzip"),))


def sends_large_headers(asked: Asked, honest: Answer) -> Answer | None:
    return replace(honest, headers=tuple(("Set-Cookie", f"c{number}={'x' * 60}") for number in range(3000)))


def garbles_its_charset(asked: Asked, honest: Answer) -> Answer | None:
    """Bytes that no charset makes Chinese."""
    if all(byte < 128 for byte in honest.body):
        return None
    return replace(honest, body=bytes(byte if byte < 128 else 0xFF for byte in honest.body))


def writes_another_charset(asked: Asked, honest: Answer) -> Answer | None:
    """Readable: what the bytes are stands in none of the headers."""
    if (text := _text(honest)) is None or honest.media.startswith("text/html"):
        return None
    body = text.encode(asked.chance.choice(("gb18030", "utf-16")), "replace")
    return replace(honest, body=body, media="application/json;charset=big5")


def shows_the_page_of_before(asked: Asked, honest: Answer) -> Answer | None:
    """A cache: what stood at this address some requests ago."""
    return asked.before.get(asked.address)


def shows_another_page(asked: Asked, honest: Answer) -> Answer | None:
    """The answer to another request of the same list."""
    here = f"{asked.call.method} {asked.call.path} "
    others = [one for address, one in asked.before.items() if address.startswith(here) and address != asked.address]
    return asked.chance.choice(others) if others else None


def is_busy_in_a_200(asked: Asked, honest: Answer) -> Answer | None:
    return (
        None if _json(honest) is None else as_json({"code": 500, "errorCode": "500", "msg": "系统繁忙", "data": None})
    )


def empties_its_page(asked: Asked, honest: Answer) -> Answer | None:
    return _listed(honest, lambda rows: [], lambda total: total)


def shows_an_empty_list(asked: Asked, honest: Answer) -> Answer | None:
    """… and counts 0."""
    return _listed(honest, lambda rows: [], lambda total: 0)


def leaves_rows_out(asked: Asked, honest: Answer) -> Answer | None:
    return _listed(honest, lambda rows: [row for row in rows if asked.chance.random() < 0.7], lambda total: total)


def shifts_its_rows(asked: Asked, honest: Answer) -> Answer | None:
    """As when a row was taken away before this page: the first one is gone, the count knows it."""
    return _listed(honest, lambda rows: rows[1:], lambda total: max(0, total - 1))


def doubles_a_row(asked: Asked, honest: Answer) -> Answer | None:
    return _listed(honest, lambda rows: [*rows, rows[0]] if rows else rows, lambda total: total)


def counts_wrong(asked: Asked, honest: Answer) -> Answer | None:
    by = asked.chance.choice((-3, -1, 1, 7, 100))
    return _listed(honest, lambda rows: rows, lambda total: max(0, total + by))


def counts_in_words(asked: Asked, honest: Answer) -> Answer | None:
    """Readable: the total as a text."""
    return _listed(honest, lambda rows: rows, lambda total: f" {total:,} ")


def renames_its_columns(asked: Asked, honest: Answer) -> Answer | None:
    def renamed(row: Any) -> Any:
        return {NEW_NAMES.get(name, name): value for name, value in row.items()} if isinstance(row, dict) else row

    return _listed(honest, lambda rows: [renamed(row) for row in rows], lambda total: total)


def drops_a_column(asked: Asked, honest: Answer) -> Answer | None:
    def without(rows: list[Any]) -> list[Any]:
        names = sorted({name for row in rows if isinstance(row, dict) for name in row} & NEW_NAMES.keys())
        gone = asked.chance.choice(names) if names else ""
        return [{name: value for name, value in row.items() if name != gone} for row in rows]

    return _listed(honest, without, lambda total: total)


def writes_damaged_json(asked: Asked, honest: Answer) -> Answer | None:
    """A key twice, a number that is none, a depth without end, half a surrogate."""
    if (text := _text(honest)) is None or _json(honest) is None or not text.startswith("{"):
        return None
    damages = ('{"code":200,"code":200,', '{"x":NaN,', '{"x":1e999,', '{"x":' + "[" * 2000, '{"x":"\\ud800",')
    return replace(honest, body=(asked.chance.choice(damages) + text[1:]).encode())


def leaves_items_out(asked: Asked, honest: Answer) -> Answer | None:
    return _items(honest, lambda item: item if asked.chance.random() < 0.6 else "")


def doubles_its_items(asked: Asked, honest: Answer) -> Answer | None:
    return _items(honest, lambda item: item * 2)


def empties_its_list(asked: Asked, honest: Answer) -> Answer | None:
    return _items(honest, lambda item: "")


def links_to_nowhere(asked: Asked, honest: Answer) -> Answer | None:
    return _items(
        honest, lambda item: item + '<li><a href="http://[" title="坏链接">坏链接</a><span>2024-01-01</span></li>\n'
    )


def loses_its_end(asked: Asked, honest: Answer) -> Answer | None:
    text = _text(honest) if honest.media.startswith("text/html") else None
    return replace(honest, body=honest.body[: honest.body.rfind(b"</body>")]) if text and "</body>" in text else None


def _text(answer: Answer) -> str | None:
    try:
        return answer.body.decode()
    except UnicodeDecodeError:
        return None


def _json(answer: Answer) -> Any:
    try:
        return json.loads(answer.body) if answer.media.startswith("application/json") else None
    except ValueError:
        return None


def _listed(honest: Answer, rows: Callable[[list[Any]], list[Any]], total: Callable[[int], Any]) -> Answer | None:
    """An answer in JSON with other rows and another total."""
    found = False

    def changed(value: Any) -> Any:
        nonlocal found
        if isinstance(value, list) and not found:
            found = True
            return rows(value)
        if isinstance(value, Mapping):
            return {
                name: total(one) if name in ("total", "count") and isinstance(one, int) else changed(one)
                for name, one in value.items()
            }
        return value

    spoilt = changed(_json(honest))
    return as_json(spoilt) if found else None


def _items(honest: Answer, change: Callable[[str], str]) -> Answer | None:
    """A page of HTML with other items of its list."""
    text = _text(honest) if honest.media.startswith("text/html") else None
    if text is None or not ITEM.search(text):
        return None
    return replace(honest, body=ITEM.sub(lambda match: change(match[0]), text).encode())


OFFENCES: tuple[Offence, ...] = (
    shows_its_login,
    shows_its_login_as_data,
    wants_a_captcha,
    is_under_maintenance,
    forbids,
    has_a_fault,
    throttles,
    redirects,
    says_nothing,
    finds_nothing,
    says_not_modified,
    gives_a_lasting_validator,
    resets,
    cuts_its_body,
    cuts_its_body_cleanly,
    drips,
    drips_and_resets,
    sends_a_bomb,
    compresses_otherwise,
    compresses_and_cuts,
    sends_large_headers,
    garbles_its_charset,
    writes_another_charset,
    shows_the_page_of_before,
    shows_another_page,
    is_busy_in_a_200,
    empties_its_page,
    shows_an_empty_list,
    leaves_rows_out,
    shifts_its_rows,
    doubles_a_row,
    counts_wrong,
    counts_in_words,
    renames_its_columns,
    drops_a_column,
    writes_damaged_json,
    leaves_items_out,
    doubles_its_items,
    empties_its_list,
    links_to_nowhere,
    loses_its_end,
)
