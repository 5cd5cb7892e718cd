"""``tongda status``: what runs on this machine, and whether it is ready."""

from __future__ import annotations

from typing import Any

from ops import run, say
from ops.loopback import probe
from ops.settings import Settings
from ops.sources import read_sources
from ops.supervisor.parts import PARTS, Part
from schemas.errors import Exit, Misconfigured


def status(settings: Settings, form: str) -> int:
    """Print the state; 0 when all is ready, 10 when it is not."""
    current = state(settings)
    if form == "json":
        say.as_json(current)
    else:
        for line in lines(current, settings.lang):
            say.out(line)
    well = current["ready"] and all(part["ready"] for part in current["parts"] if part["running"])
    return Exit.OK if well else Exit.DIFFERENT


def lines(current: dict[str, Any], lang: str) -> list[str]:
    """The state in words of one language."""
    word = {True: say.of(lang, "运行", "running"), False: say.of(lang, "未运行", "not running")}
    told = [f"通达 Tongda  {word[current['running']]}  {current['portal']}  {current['home']}"]
    for part in current["parts"]:
        ready = say.of(lang, "就绪", "ready") if part["ready"] else word[part["running"]]
        told.append(f"  {part['name']:<11} {ready}  {part['pid'] or '-':>7}  {part['address']}")
    for each in current["refused"]:
        message = say.in_language(each["message"], lang)
        told.append(f"  {say.of(lang, '不轮询', 'not polled:')} {each['source']}: {each['code']} {message}")
        told.append(say.next_step(each["next_step"], lang))
    if not current["running"]:
        told.append(say.next_step("tongda up", lang))
    if paused := current["paused"]:
        told.append(say.of(lang, "  模拟平台暂停中,数据不变", "  the stand-in platforms are paused: nothing changes"))
        told.append(say.next_step(f"curl -X POST {paused}/resume", lang))
    return told


def state(settings: Settings) -> dict[str, Any]:
    """What runs here and whether it is ready, as ``tongda status`` prints it.

    ``paused``: where the stand-in platforms are controlled, while they are paused; None: they are not, or do not run.
    ``refused``: the definitions that cannot be used.
    """
    supervisor, portal = run.read(settings.run, "tongda"), portal_of(settings)
    return {
        "running": bool(supervisor),
        "ready": bool(supervisor) and probe(f"{portal}/readyz") is not None,
        "pid": supervisor.get("pid"),
        "portal": portal,
        "home": str(settings.home),
        "paused": _paused(settings),
        "refused": refused(settings),
        "parts": [_part(settings, part) for part in PARTS if part.form != "step"],
    }


def refused(settings: Settings) -> list[dict[str, str]]:
    """The definitions that cannot be used, with code, message and next step; the folder itself where there is none."""
    try:
        found = read_sources(settings.sources, settings).refused
    except Misconfigured as error:
        found = {str(settings.sources): error}
    return [
        {"source": name, "code": error.code, "message": error.message, "next_step": error.next_step}
        for name, error in found.items()
    ]


def _part(settings: Settings, part: Part) -> dict[str, Any]:
    record = run.read(settings.run, part.name)
    child = record or run.read(settings.run, f"child-{part.name}")
    health = record.get("health", "")
    return {
        "name": part.name,
        "label": part.label,
        "running": bool(child),
        "ready": bool(record) and (not health or probe(f"{health}/readyz") is not None),
        "pid": child.get("pid"),
        "address": health or record.get("address", ""),
        "started_at": child.get("started_at"),
    }


def _paused(settings: Settings) -> str | None:
    control = run.read(settings.run, "platforms").get("control")
    answer = probe(f"{control}/state") if control else None
    return str(control) if answer and answer.get("paused") else None


def portal_of(settings: Settings) -> str:
    """The address that the running portal recorded, else its supervisor, else the settings'."""
    portal, supervisor = run.read(settings.run, "portal"), run.read(settings.run, "tongda")
    return str(portal.get("address") or supervisor.get("portal") or f"http://{settings.portal}")
