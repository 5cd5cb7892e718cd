"""What can be seen of a definition: its requests, what two polls publish, and what normalise reads of it."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import openpyxl

from connectors.commands.tryout import defined
from connectors.http.auth.draft import Draft
from connectors.http.auth.session import Session
from connectors.http.client import HttpClient
from connectors.http.conditional import Validators
from connectors.http.messages import Answer, HttpRequest
from connectors.http.request import signed_request
from connectors.process.schedule import in_hours, interval_of
from connectors.process.status import status_of
from ops.run import CHINA
from ops.settings import Settings
from schemas.errors import Reject
from schemas.source.model import Source
from schemas.source.reading import Reader
from schemas.topics import RAW, SIGHTING
from schemas.wire import decode
from streams.processor import Context
from streams.stages import STAGES
from tests.connectors.platform import Bench, Platform
from tests.hub import Hub

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=CHINA)
JSON, HTML = "application/json", "text/html"


class Clocked:
    """A client under a clock that the polls move."""

    def __init__(self) -> None:
        self.now = NOW
        self.client = HttpClient(lambda: self.now)


@dataclass
class World:
    """The platform under a definition. Each fault is one that some key exists for."""

    fault: str = ""
    day: int = 0  # polls so far
    seen: list[Any] = field(default_factory=list)

    def rows(self) -> list[dict[str, Any]]:
        """35 deals; on the second day one is gone and the visits of another have risen."""
        found = [row(number) for number in range(1, 36)][self.day * (self.fault != "still") :]
        found[3]["浏览量"] = self.day
        if self.fault == "case" and self.day:
            found = [{**one, "id": one["id"].upper()} for one in found]
        return found[: 35 - 20 * self.day] if self.fault == "half" else found

    def answer(self, handler: Any) -> None:
        parts = urlsplit(handler.path)
        query = dict(parse_qsl(parts.query))
        kept = {name: handler.headers.get(name) for name in ("X-Api-Key", "X-Token", "X-Area", "If-None-Match")}
        body = handler.sent_body.decode()
        self.seen.append((handler.command, parts.path, sorted(query.items()), kept, body))
        query |= {name: str(value) for name, value in json.loads(body).items()} if body[:1] == "{" else {}
        media, body = self.reply(parts.path, query)
        tag = hashlib.sha256(body).hexdigest()[:12]
        is_known = handler.headers.get("If-None-Match") == tag
        handler.send_response(404 if not body else 304 if is_known else 200)
        for name, value in {"Content-Type": media, "ETag": tag, "Content-Length": len(body) * (not is_known)}.items():
            handler.send_header(name, str(value))
        handler.end_headers()
        handler.wfile.write(b"" if is_known else body)

    def reply(self, path: str, query: dict[str, str]) -> tuple[str, bytes]:
        if path.endswith((".html", ".csv")):
            return HTML, self.notice(path)
        rows, size = self.rows(), int(query.get("pageSize", "20"))
        if "offset" in query or "cursor" in query or path == "/cursor":
            start = int(query.get("offset") or query.get("cursor") or 0)
        else:
            start = (int(query.get("pageNo", "1")) - 1) * size
        shown = rows[start : start + size]
        if self.fault == "expired" and start and len(self.seen) == 2:
            return JSON, json.dumps({"code": "EXPIRED"}).encode()
        if self.fault == "filtered":
            shown = [{**one, "公示日期": "2020-01-01"} for one in shown]
        total: Any = len(rows) + 5 * (self.fault == "total")
        following = str(start + size) if start + size < len(rows) else ""
        value = {
            "code": "busy" if self.fault == "code" else 200,
            "data": {"total": total if not start or self.fault != "once" else -1, "pages": 5, "list": shown},
            "map": {one["id"]: one for one in shown},
            "next": following,
            "more": bool(following),
        }
        return JSON, json.dumps(value, ensure_ascii=False).encode()

    def notice(self, path: str) -> bytes:
        if path.endswith(".csv"):
            return "专利号,转让方\n2020113456785,中南大学\n".encode()
        lines = ["题头||", "号|转让|受让", "1|甲厂|乙厂", "2|甲厂|丙厂", "合计|2|"]
        cells = ("".join(f"<td>{cell}</td>" for cell in line.split("|")) for line in lines)
        rows = "".join(f"<tr>{each}</tr>" for each in cells)
        if path.startswith("/table") or (path.startswith("/n") and self.fault == "tables"):
            return f'<html><table class="a">{rows}</table><table class="b">{rows * 2}</table></html>'.encode()
        if path.startswith("/n"):
            cut = "" if self.fault == "cut" else "</html>"
            return f'<html><p class="to">长沙一机有限公司</p><a href="/a.csv">附件</a>{cut}'.encode()
        number = int(path.removeprefix("/list").removesuffix(".html") or 0)
        items = [
            f'<li class="r"><a href="/n{n}.html" title="t{n}">题目{n}</a></li>'
            for n in range(number * 2, number * 2 + 2)
        ]
        if self.fault == "empty":
            return "<html>暂无内容</html>".encode()
        if self.fault == "linked":
            items.append(f'<a class="next" href="/list{number + 1}.html">下页</a>' if number < 2 else "")
        return f"<html>请输入{''.join(items)}</html>".encode() if number < 3 else b""


def row(number: int) -> dict[str, Any]:
    patents = ("2020113456785", "202011345679X", "2020113456802")
    return {
        "id": f"r{number:03d}",
        "专利号": f"{patents[number % 3]}＋{patents[(number + 1) % 3]}",
        "转让方": "中南大学",
        "受让方": f"长沙第{number}机械有限公司",
        "成交金额": "30",
        "公示日期": "2026-11-10",
        "浏览量": 0,
        "状态": "公示",
        "附注": "x",
    }


def fill_inbox(folder: Path, day: int, suffix: str) -> None:
    """Editions of each format; on the second day another with one row less and one changed."""
    lines = [["题头", "", ""], ["专利号", "转让方", "日期"], ["1", "甲厂", "2026-11-10"], ["2", "", "2026-11-10"]]
    lines += [["1", "乙厂", "2026-11-10"]] if not day else []
    lines += [["合计", "2", ""]]
    name = f"2026112{day}.{suffix}"
    (folder / "deals").mkdir(parents=True, exist_ok=True)
    body = {
        "csv": lambda: "\n".join(map(",".join, lines)).encode("gb18030"),
        "xlsx": lambda: workbook(lines),
        "xml": lambda: b"<d><a><n>1</n></a><b><n>2</n></b></d>",
        "zip": lambda: zipped(
            {"a.csv": "\n".join(map(",".join, lines)), "b.txt": "专利号,转让方,日期\n9,丙厂,2026-11-10"}
        ),
    }[suffix]()
    (folder / "deals" / name).write_bytes(body)
    (folder / "deals" / f"{name}.sha256").write_text(hashlib.sha256(body).hexdigest())


def workbook(lines: list[list[str]]) -> bytes:
    book, stream = openpyxl.Workbook(), io.BytesIO()
    for line in lines:
        book.active.append(line)
    other = book.create_sheet("other")
    for line in lines[1:3]:
        other.append(line)
    book.save(stream)
    return stream.getvalue()


def zipped(files: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return stream.getvalue()


def observe(make: Callable[[str], Source], folder: Path, clocked: Clocked, fault: str = "") -> dict[str, Any]:
    """Everything that can be seen of a definition. ``make``: the definition at an address."""
    if fault.startswith("file:"):
        return observe_inbox(make, folder, clocked, fault.removeprefix("file:"))
    world = World(fault)
    platform = Platform(lambda path, query, n: world.answer)
    if fault == "robots":
        platform.robots = [(200, {}, b"User-agent: *\nDisallow: /deals")]
    try:
        source = make(platform.base)
        seen = polled(source, folder, clocked, world)
        return {**facts(source), **seen, "requests": world.seen}
    finally:
        platform.close()


def observe_inbox(make: Callable[[str], Source], folder: Path, clocked: Clocked, suffix: str) -> dict[str, Any]:
    for home in (folder / "inbox", folder / "inbox" / "other"):
        fill_inbox(home, 0, suffix)
    (folder / "inbox" / "other" / "deals" / f"20261120.{suffix}.sha256").unlink()
    source = make((folder / "inbox").as_uri())
    world = World()
    seen = polled(source, folder, clocked, world, lambda day: fill_inbox(folder / "inbox", day, suffix))
    return {**facts(source), **seen}


KEYS = {"SM2": "1" * 64, "SM4": "0" * 32, "SM4_OTHER": "f" * 32}  # secrets that are keys


def answered(by_then: str) -> Callable[[HttpRequest], Answer]:
    """A login that gives a token: another one for another login, and another one by then."""

    def fetch(request: HttpRequest) -> Answer:
        asked = (urlsplit(request.url).path, request.headers, request.body, by_then)
        token = hashlib.sha256(repr(asked).encode()).hexdigest()
        value = {"token": token, "other": token[:8], "access_token": token, "expires": 60, "later": 3600}
        return Answer(request.url, json.dumps(value).encode(), NOW)

    return fetch


def without_random(body: bytes) -> str:
    """An envelope without its signature, in which a random number is."""
    return re.sub(r'"signData":"[^"]*"', "", body.decode())


def facts(source: Source) -> dict[str, Any]:
    """What follows from a definition without a poll."""
    settings = Settings(sandbox_every_seconds=5)
    real = source.model_copy(update={"synthetic": False})
    session = Session(real.access.auth, lambda name: KEYS.get(name, f"value of {name}"), lambda: "nonce-1")
    draft, later = Draft("/x", "POST", body={"q": 1}), NOW + timedelta(minutes=5)
    request = signed_request(real, draft, session, lambda: NOW, answered("now"))
    again = signed_request(real, draft, session, lambda: later, answered("later"))
    status = status_of(source, "deals", Bench.new_cursor(), interval_of(real, "deals", settings))
    return {
        "request": (urlsplit(request.url).path, request.headers, request.deadline_seconds, request.interval_seconds),
        "signed": (request.query, without_random(request.body), request.hosts[1:], request.parallel),
        "later": (again.query, again.headers),
        "robots": [one["robots"] for one in defined(real)],
        "hours": in_hours(real, NOW.replace(hour=3)),
        "budget": real.access.requests_a_day,
        "status": (status.name, status.feed_name, status.kind, status.plan, status.interval_seconds),
    }


def polled(
    source: Source, folder: Path, clocked: Clocked, world: World, arrive: Callable[[int], None] = lambda day: None
) -> dict[str, Any]:
    """Two polls two hours apart, and what normalise makes of what they published."""
    lines: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = lines.append  # type: ignore[method-assign]
    logger = logging.getLogger("tongda")
    logger.addHandler(handler)
    clocked.now, validators, cursors = NOW, Validators(), []
    bench = Bench(folder / "evidence", source, clocked.client, now=lambda: clocked.now)
    for day in range(2):
        world.day = day
        bench.poll(validators=validators, absence_polls=1)
        cursor = bench.cursor
        cursors.append((cursor.state, cursor.reason, cursor.verdict, cursor.watermark, sorted(cursor.editions)))
        clocked.now += timedelta(hours=2)
        arrive(day + 1)
    logger.removeHandler(handler)
    floor = Hub(Context(4, {source.id: source}), STAGES[:1])
    floor.write(one for one in bench.records if one.topic == RAW.name)
    floor.run()
    said = [
        decode(one.value)
        for (topic, _), log in floor.logs.items()
        for one in log
        if topic == SIGHTING.name and one.value
    ]
    raw = [
        (one["record"], one["sequence"], one["content"], one["absent"], one["evidence"]["pointer"])
        for one in bench.raw()
    ]
    return {
        "cursors": cursors,
        "raw": raw,
        "letters": sorted((one["reason"], one["evidence"]["pointer"]) for one in bench.letters()),
        "sightings": sorted(map(str, said)),
        "unclaimed": unclaimed(source, [content for _, _, content, absent, _ in raw if not absent]),
        "details": [getattr(line, "facts", {}).get("detail") for line in lines],
    }


def unclaimed(source: Source, contents: list[dict[str, Any]]) -> list[Any]:
    reader, found = Reader(source.feeds["deals"]), list[Any]()
    for content in contents[:3]:
        try:
            found.append(reader.read(content).unclaimed)
        except Reject as error:
            found.append(error.reason)
    return found
