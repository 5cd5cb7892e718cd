"""The running stand-ins: one address for each platform and one for control, the same after a restart."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ops import run
from ops.sandbox.platforms import web
from ops.sandbox.platforms.faults import Faults
from ops.sandbox.platforms.inboxes import Inboxes
from ops.sandbox.platforms.listeners import Listeners
from ops.sandbox.platforms.shelf import Shelves
from ops.sandbox.platforms.sites import SITES, Site
from ops.sandbox.platforms.web import Answer, as_json
from ops.sandbox.stories.simulation import STORIES, Origin, Simulation
from ops.sandbox.world.ledger import Change

CHINA = timezone(timedelta(hours=8))
Reply = Callable[[str, str, dict[str, str]], Answer]
# The story that adds a row to a feed of hn_ip_service, for the fault row_inserted_between_pages.
APPEARS = {
    "supply": "offered",
    "demand": "wanted",
    "transfers": "sold",
    "licences": "licensed",
    "pledges": "pledged",
    "contracts": "contracted",
    "activities": "met",
}

MOST_STEPS = 20  # until such a row appears


class Platforms:
    """The world and the servers that show it. ``lock``: a request sees a change completely or not at all."""

    def __init__(self, home: Path, origin: Origin, pace: float) -> None:
        self.home, self.pace, self.paused = home, pace, False
        self._paused_by: tuple[int, list[str]] | None = None  # pid and command line of who will resume
        self.shelves, self.faults = Shelves(), Faults()
        self.inboxes = Inboxes(home / "platforms", self.shelves)
        self.simulation = Simulation(home / "truth" / "truth.jsonl", origin, self._show)
        self.lock = self.simulation.lock
        self.requests: dict[str, int] = {}
        self._listeners = Listeners()
        self._live = False

    def open(self) -> int:
        """Make or repeat the history and fill the inboxes; gives the number of changes in the ledger."""
        changes = self.simulation.open()
        self.inboxes.flush(_now().date())
        self._live = True
        return changes

    def listen(self) -> dict[str, Any]:
        """Start the servers on loopback; gives the base address of each source and of control."""
        kept = self.home / "platforms" / "ports.json"
        ports: dict[str, int] = json.loads(kept.read_text()) if kept.exists() else {}
        addresses = {name: self._serve(name, reply, ports.get(name, 0)) for name, reply in self._replies().items()}
        self._listeners.start()
        kept.write_text(json.dumps({name: urlsplit(address).port for name, address in addresses.items()}))
        control = addresses.pop("control")
        return {"sources": {**addresses, **self.inboxes.bases()}, "control": control}

    def close(self) -> None:
        """Stop the servers and close the ledger."""
        self._listeners.close()
        self.simulation.close()

    def step(self, story: str = "") -> list[Change]:
        """The next step of the world, shown when this returns; with ``story``, a new story of that name."""
        with self.lock:
            changes = self.simulation.tick(_now(), story)
            self.inboxes.flush(_now().date())
            return changes

    def resume_if_left(self) -> None:
        """Go on when the process that paused the world has ended without a word: a `tongda verify` that was killed."""
        if self.paused and self._paused_by and run.command_of(self._paused_by[0]) != self._paused_by[1]:
            self.paused, self._paused_by = False, None

    def _let_appear(self, feed: str) -> None:
        """Steps until hn_ip_service shows one more row in a feed: a story may be told by another platform alone."""
        shelf = self.shelves["hn_ip_service", feed]
        before = len(shelf.rows)
        for _ in range(MOST_STEPS):
            if len(shelf.rows) > before:
                return
            self.step(APPEARS[feed])

    def _show(self, changes: list[Change]) -> None:
        self.inboxes.touch(self.shelves.apply(changes))

    def _replies(self) -> dict[str, Reply]:
        def hn_ip_service(method: str, path: str, query: dict[str, str]) -> Answer:
            return web.IP_SERVICE.answer(self.shelves, self.faults, self._let_appear, path, query)

        def pages(of: web.Pages) -> Reply:
            return lambda method, path, query: of.answer(self.shelves, self.faults, lambda feed: None, path, query)

        def hn_sme_service(method: str, path: str, query: dict[str, str]) -> Answer:
            return web.cursor_json(self.shelves, path, query)

        def convertible_pool(method: str, path: str, query: dict[str, str]) -> Answer:
            return web.offset_json(self.shelves, path, query)

        def notices(site: Site) -> Reply:
            return lambda method, path, query: site.answer(self.shelves, path)

        return {
            "hn_ip_service": hn_ip_service,
            "hn_sme_service": hn_sme_service,
            "convertible_pool": convertible_pool,
            **{of.source: pages(of) for of in (web.EXCHANGE, web.MARKET, web.REGISTRY)},
            **{name: notices(site) for name, site in SITES.items()},
            "control": self._control,
        }

    def _control(self, method: str, path: str, query: dict[str, str]) -> Answer:
        """GET /state; POST /pause?pid=, /resume, /release-next?n=1&story=, /faults?name=&feed=&times=."""
        if (method, path) not in {
            ("GET", "/state"),
            *(("POST", one) for one in ("/pause", "/resume", "/release-next", "/faults")),
        }:
            return as_json(
                {"error": "unknown", "accepted": "GET /state; POST /pause /resume /release-next /faults"}, 404
            )
        if path in ("/pause", "/resume"):
            pid = int(query.get("pid", "0"))
            self.paused, self._paused_by = path == "/pause", (pid, run.command_of(pid)) if pid else None
        made: list[Change] = []
        if path == "/release-next":
            if query.get("story", "") not in ("", *STORIES):
                return as_json({"error": "unknown story", "accepted": sorted(STORIES)}, 400)
            for _ in range(int(query.get("n", "1"))):
                made += self.step(query.get("story", ""))
        if path == "/faults":
            try:
                self.faults.arm(query.get("name", ""), query.get("feed", ""), int(query.get("times", "1")))
            except KeyError as error:
                return as_json({"error": f"unknown fault {error}"}, 400)
        return as_json({**self.state(), "released": [[*change.key, change.op, change.event] for change in made]})

    def state(self) -> dict[str, Any]:
        """The state that control answers with."""
        return {
            "paused": self.paused,
            "seq": self.simulation.seq,
            "ticks": self.simulation.ticks,
            "pace": self.pace,
            "now": _now().isoformat(timespec="milliseconds"),
            "faults": self.faults.state(),
            "requests": dict(self.requests),
        }

    def _serve(self, name: str, reply: Reply, port: int) -> str:
        platforms = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                with platforms.lock:
                    platforms.requests[name] = platforms.requests.get(name, 0) + 1
                    try:
                        answer = reply(self.command, parts.path, dict(parse_qsl(parts.query)))
                    except ValueError as error:
                        answer = as_json({"code": 400, "msg": f"参数错误: {error}"}, 400)
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.media)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            do_POST = do_GET

            def log_message(self, format: str, *args: Any) -> None:
                """Requests are counted, not logged."""

        return self._listeners.add(Handler, port)


def _now() -> datetime:
    return datetime.now(CHINA)


def today() -> date:
    """The day in the province."""
    return _now().date()
