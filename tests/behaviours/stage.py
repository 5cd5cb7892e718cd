"""Stage: where a behaviour is tried: a folder, a client, and short ways to put a platform and its feed together."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from connectors.http.client import HttpClient
from connectors.poll.poll import Poll
from schemas.source.model import Source
from tests.connectors.platform import HTML, JSON, Bench, Reply, a_platform, a_source

Behaviour = Callable[["Stage"], None]
BARE: dict[str, Any] = {"ok": None, "retry": None}  # no business codes
PAGES: dict[str, Any] = {"style": "page", "parameter": "pageNo"}  # nothing is declared
TOTAL: dict[str, Any] = {**PAGES, "total": "/data/total"}


@dataclass
class Stage:
    """One behaviour's own place."""

    folder: Path
    client: HttpClient

    def bench(self, source: Source, **given: Any) -> Bench:
        return Bench(self.folder / "evidence", source, self.client, **given)

    def polls(self, reply: Callable[..., Any], number: int = 1, **given: Any) -> tuple[Bench, list[Poll]]:
        """So many polls of one feed of a platform. ``given``: parts of its definition."""
        with a_platform(reply) as platform:
            bench = self.bench(a_source(platform.base, **given))
            bench.platform = platform  # type: ignore[attr-defined]
            return bench, [bench.poll() for _ in range(number)]

    def inbox(self, files: dict[str, bytes], **feed: Any) -> Bench:
        """A feed whose platform puts files into a folder."""
        folder = self.folder / "inbox"
        for name, body in files.items():
            put(folder, name, body)
        return self.bench(a_source(folder.as_uri(), access={"style": "inbox"}, **feed))


def put(folder: Path, name: str, body: bytes) -> None:
    import hashlib

    (folder / "deals").mkdir(parents=True, exist_ok=True)
    (folder / "deals" / name).write_bytes(body)
    (folder / "deals" / f"{name}.sha256").write_text(hashlib.sha256(body).hexdigest())


def numbered(first: int, last: int, **more: Any) -> list[dict[str, Any]]:
    return [{"id": f"r{number:03d}", "名称": f"第{number}项", **more} for number in range(first, last + 1)]


def slice_of(items: list[Any], query: dict[str, str], size: int = 10) -> list[Any]:
    start = (int(query["pageNo"]) - 1) * size
    return items[start : start + size]


def answer(value: Any, headers: dict[str, str] = JSON) -> Reply:
    return 200, headers, json.dumps(value, ensure_ascii=False).encode()


def listed(items: list[Any], total: Any = None, **more: Any) -> Reply:
    return answer({"code": 200, "data": {"list": items, **({} if total is None else {"total": total})}, **more})


def page_of(text: str, headers: dict[str, str] = HTML) -> Reply:
    return 200, headers, text.encode()


def verdict(poll: Poll) -> tuple[str, str]:
    return poll.outcome.verdict, poll.outcome.reason


def behaviours(*modules: ModuleType) -> Iterator[tuple[str, Behaviour]]:
    """Every behaviour of the modules, by name."""
    for module in modules:
        for name, found in vars(module).items():
            if inspect.isfunction(found) and found.__module__ == module.__name__ and name[0] != "_":
                yield f"{module.__name__.rpartition('.')[2]}:{name}", found
