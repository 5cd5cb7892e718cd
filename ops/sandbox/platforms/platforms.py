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
from ops.sandbox.platforms import keys, signed, web
from ops.sandbox.platforms.faults import Faults
from ops.sandbox.platforms.hostile import Hostile
from ops.sandbox.platforms.inboxes import Inboxes
from ops.sandbox.platforms.listeners import Listeners
from ops.sandbox.platforms.sending import send
from ops.sandbox.platforms.shelf import Shelves
from ops.sandbox.platforms.sites import SITES, Site
from ops.sandbox.platforms.web import Answer, Call, as_json
from ops.sandbox.stories.simulation import STORIES, Origin, Simulation
from ops.sandbox.world.ledger import Change

CHINA = timezone(timedelta(hours=8))
Reply = Callable[[Call], Answer]
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

    def __init__(self, home: Path, origin: Origin, pace: float, hostile: int = 0) -> None:
        """``hostile``: the seed of the offences that the platforms commit; 0: none."""
        self.home, self.pace, self.paused = home, pace, False
        self.hostile = Hostile(hostile)
        self._paused_by: tuple[int, list[str]] | None = None  # pid and command line of who will resume
        self.shelves, self.faults = Shelves(), Faults()
        self.inboxes = Inboxes(home / "platforms", self.shelves, self.hostile)
        self.keys = keys.Keys(home / "platforms" / "keys")
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
        """Start the servers on loopback; gives the addresses of the sources and of control, and the files of the keys."""
        kept = self.home / "platforms" / "ports.json"
        ports: dict[str, int] = json.loads(kept.read_text()) if kept.exists() else {}
        addresses = {name: self._serve(name, reply, ports.get(name, 0)) for name, reply in self._replies().items()}
        self._listeners.start()
        kept.write_text(json.dumps({name: urlsplit(address).port for name, address in addresses.items()}))
        control = addresses.pop("control")
        bases = {**addresses, **self.inboxes.bases()}
        return {"sources": bases, "control": control, "secrets": self.keys.files()}

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
            self.pause(False)

    def pause(self, paused: bool, pid: int = 0) -> None:
        """A paused world stands still, and its platforms are honest. ``pid``: who pauses it; it goes on when that ends."""
        with self.lock:
            self.paused, self._paused_by = paused, (pid, run.command_of(pid)) if pid else None
            self.hostile.resting = paused
            if paused:
                self.inboxes.flush(_now().date())  # files that were put there damaged

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
        def pages(of: web.Pages, between: Callable[[str], object] = lambda feed: None) -> Reply:
            return lambda call: of.answer(self.shelves, self.faults, between, call.path, call.query)

        def hn_sme_service(call: Call) -> Answer:
            return web.cursor_json(self.shelves, call.path, call.query)

        def convertible_pool(call: Call) -> Answer:
            return web.offset_json(self.shelves, call.path, call.query)

        def notices(site: Site) -> Reply:
            return lambda call: site.answer(self.shelves, call.path)

        gateway = signed.Gateway(self.keys[keys.GATEWAY], _now)
        licensed = signed.Licensed(self.keys[keys.CNIPR], _now)
        return {
            "hn_ip_service": pages(web.IP_SERVICE, self._let_appear),
            "hn_ip_exchange": pages(web.EXCHANGE),
            "xiaoxiang_market": pages(web.MARKET),
            "company_registry": signed.with_md5(self.keys[keys.REGISTRY], pages(web.REGISTRY), _now),
            "hn_sme_service": hn_sme_service,
            "convertible_pool": signed.with_header("X-Api-Key", self.keys[keys.POOL], convertible_pool),
            "cnipr": lambda call: licensed.answer(self.shelves, call),
            "tech_contracts_gateway": lambda call: gateway.answer(self.shelves, call),
            **{name: notices(site) for name, site in SITES.items()},
            "control": self._control,
        }

    def _control(self, call: Call) -> Answer:
        """GET /state; POST /pause?pid=, /resume, /release-next?n=1&story=, /faults?name=&feed=&times=."""
        method, path, query = call.method, call.path, call.query
        if (method, path) not in {
            ("GET", "/state"),
            *(("POST", one) for one in ("/pause", "/resume", "/release-next", "/faults")),
        }:
            return as_json(
                {"error": "unknown", "accepted": "GET /state; POST /pause /resume /release-next /faults"}, 404
            )
        if path in ("/pause", "/resume"):
            pid = int(query.get("pid", "0"))
            self.pause(path == "/pause", pid)
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
            "hostile": {"seed": self.hostile.seed, "met": dict(self.hostile.met)},
            "requests": dict(self.requests),
        }

    def _serve(self, name: str, reply: Reply, port: int) -> str:
        platforms = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                call = Call(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body)
                with platforms.lock:
                    platforms.requests[name] = platforms.requests.get(name, 0) + 1
                    try:
                        answer = reply(call)
                    except (ValueError, KeyError) as error:
                        answer = as_json({"code": 400, "msg": f"参数错误: {error}"}, 400)
                    if name != "control":
                        answer = platforms.hostile.spoil(name, call, answer)
                send(self, answer)

            do_POST = do_GET

            def log_message(self, format: str, *args: Any) -> None:
                """Requests are counted, not logged."""

        return self._listeners.add(Handler, port)


def _now() -> datetime:
    return datetime.now(CHINA)


def today() -> date:
    """The day in the province."""
    return _now().date()
