"""A kind, a figure and a platform reach a running hub by what their guides say, and by nothing else.

A hub runs from a copy of the repository, with a listing of one patent. Its processes stop, the guides are followed in
the copy, topics are applied, the processes start again. The world outside is a server that gives the samples of the
guides, and the gazette's inbox.
"""

from __future__ import annotations

import hashlib
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ops.bus import read_to_end
from ops.embedded.service import free_port
from ops.settings import Settings
from ops.sources import load_sources
from schemas.wire import decode
from tests.connectors.platform import JSON, Reply, a_platform
from tests.docs.blocks import ROOT, follow
from tests.docs.repository import Copy
from tests.live.workers import SESSION_SECONDS, until

pytestmark = [pytest.mark.live, pytest.mark.process]

ROLES = {"streams": 0, "store": 0, "portal": -signal.SIGTERM, "connectors": 0}  # and how the orderly end of each looks
SOURCES = ROOT / "connectors" / "sources"
BEFORE = ("hn_ip_service", "cnipa_gazette")  # the platforms of the hub before the guides are followed
OFFERED = "201210464170.6"  # of the guides' samples
SAMPLES = {
    "/api/entrustment": "hn_entrustment_example/samples/entrustments.json",
    "/api/deals": "hn_example/samples/transfers.json",
}
NOTHING = b'{"code": 200, "data": {"total": 0, "pages": 1, "list": []}}'


class Hub:
    """The four processes of a copy; ``world`` answers for every platform that is asked over HTTP."""

    def __init__(self, copy: Copy, settings: Settings, world: str) -> None:
        self.copy, self.settings, self.inbox = copy, settings, settings.home / "inbox"
        self.world = world
        portal = f"127.0.0.1:{free_port()}"
        self.given = {
            "TONGDA_PROFILE": "test",
            "TONGDA_HOME": str(settings.home),
            "TONGDA_KAFKA": settings.kafka,
            "TONGDA_DATABASE": settings.database,
            "TONGDA_TOPIC_PREFIX": settings.topic_prefix,
            "TONGDA_SOURCES": str(copy.folder / "connectors" / "sources"),
            "TONGDA_SANDBOX_EVERY_SECONDS": "1",
            "TONGDA_SESSION_TIMEOUT_SECONDS": str(SESSION_SECONDS),
            "TONGDA_PORTAL": portal,
            "TONGDA_OPERATOR": "127.0.0.1:0",
            "TONGDA_SOURCE_CNIPA_GAZETTE_BASE": self.inbox.as_uri(),
        }
        self.portal = httpx.Client(base_url=f"http://{portal}", trust_env=False, timeout=10)
        self.processes: list[subprocess.Popen[bytes]] = []
        for feed in load_sources(SOURCES)["cnipa_gazette"].feeds:
            (self.inbox / feed).mkdir(parents=True)
        self.command("store", "migrate")

    def environment(self) -> dict[str, str]:
        """With an address for each platform that the copy has by now; others are refused."""
        sources = self.copy.folder / "connectors" / "sources"
        known = [
            name for name in ("hn_ip_service", "hn_entrustment_example", "hn_example") if (sources / name).exists()
        ]
        return {**self.given, **{f"TONGDA_SOURCE_{name.upper()}_BASE": self.world for name in known}}

    def command(self, *words: str) -> None:
        done = self.copy.tongda(*words, settings=self.environment())
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        self.command("topics", "apply")
        for role in ROLES:
            self.processes.append(self.copy.start(role, self.environment(), self.settings.home / f"{role}.log"))

    def stop(self) -> list[int]:
        """The orderly end of each; what does not end in time is killed."""
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        exits = []
        for process in self.processes:
            try:
                exits.append(process.wait(20))
            except subprocess.TimeoutExpired:
                process.kill()
                exits.append(process.wait())
        self.processes.clear()
        return exits

    def publish(self, feed: str) -> None:
        """The gazette puts its sample into the feed's inbox, the sum last."""
        sample = SOURCES / "cnipa_gazette" / "samples" / f"{feed}.zip"
        target = self.inbox / feed / "20250408.zip"
        shutil.copy(sample, target)
        (target.parent / f"{target.name}.sha256").write_text(hashlib.sha256(sample.read_bytes()).hexdigest())

    def topic(self, name: str) -> dict[str, dict[str, Any]]:
        """The last value of each key."""
        return {one.key.decode(): decode(one.value) for one in read_to_end(self.settings, name) if one.value}

    def json(self, path: str) -> dict[str, Any]:
        """An answer of the API; empty while the portal is not there or knows nothing of it."""
        try:
            answer = self.portal.get(f"/api/v1{path}")
        except httpx.TransportError:
            return {}
        return dict(answer.json()) if answer.status_code == 200 else {}

    def page(self, path: str) -> str:
        answer = self.portal.get(path)
        assert answer.status_code == 200, (path, answer.text[:500])
        return answer.text

    def logs(self) -> str:
        """The end of what the processes wrote, for a failure."""
        return "\n".join(f"{role}: {(self.settings.home / f'{role}.log').read_text()[-2000:]}" for role in ROLES)

    def end(self) -> None:
        self.stop()
        self.portal.close()


def world(folder: Path) -> Callable[[str, dict[str, str], int], Reply]:
    """The samples of the guides, once they are in the folder, and a university's offer of the patent that they name."""
    offers = (SOURCES / "hn_ip_service" / "samples" / "supply.json").read_text(encoding="utf-8")

    def reply(path: str, query: dict[str, str], number: int) -> Reply:
        if path == "/api/supply":
            return 200, JSON, offers.replace("201310245719.7", OFFERED).encode()
        sample = folder / SAMPLES.get(path, "")
        return 200, JSON, sample.read_bytes() if sample.is_file() else NOTHING

    return reply


@pytest.fixture
def hub(fresh_settings: Settings, tmp_path: Path) -> Iterator[Hub]:
    """A hub that has not started yet, with the two platforms it has before the guides are followed."""
    copy = Copy(tmp_path / "tongda")
    folder = copy.folder / "connectors" / "sources"
    for source in folder.iterdir():
        if source.name not in BEFORE:
            shutil.rmtree(source)
    with a_platform(world(folder)) as platform:
        hub = Hub(copy, fresh_settings, platform.base)
        yield hub
        hub.end()


def the_listing(hub: Hub) -> dict[str, Any]:
    """The listing of the patent, empty until the portal has it."""
    found = hub.json(f"/supply?q={OFFERED}&state=open&state=concluded").get("items", [])
    return dict(found[0]) if found else {}


def reached(hub: Hub) -> dict[str, bool]:
    """What the portal gives once everything of the guides has gone through."""
    entrustment = [event["phase"] for event in hub.json("/events/entrustment").get("items", [])]
    figure = hub.json("/statistics/research_transfers?period=2025&area=430000").get("items", [])
    deals = hub.json("/events/transfer?phase=noticed").get("items", [])
    return {
        "the two rows are one event": entrustment == ["registered"],
        "the listing is over": the_listing(hub).get("state") == "concluded",
        "the figure counts": [each["value"] for each in figure] == ["2"],
        "the platform's deals are there": len(deals) == 3,
    }


def test_what_the_guides_add_goes_from_the_platform_to_topic_api_and_pages_of_a_running_hub(hub: Hub) -> None:
    hub.start()
    assert until(lambda: the_listing(hub).get("state") == "open", 60, 0.5), hub.logs()
    assert "专利信托" not in hub.page("/events") and hub.json("/events/entrustment") == {}
    assert hub.stop() == [*ROLES.values()]

    for guide in ("platform", "kind", "figure"):
        follow(guide, hub.copy.folder)
    hub.start()
    hub.publish("transfers")
    assert until(lambda: all(reached(hub).values()), 60, 0.5), (reached(hub), hub.logs())

    the_kind_is_there(hub)
    the_platform_is_there(hub)
    the_figure_is_there(hub)
    assert hub.stop() == [*ROLES.values()]


def the_kind_is_there(hub: Hub) -> None:
    """Topic, API, pages in both languages, and what it does to a listing."""
    (event,) = (each for each in hub.topic("tongda.entrustment.v1").values() if each["state"] == "current")
    assert (event["subject"], event["occurred_on"]) == (f"patent:{OFFERED}", "2026-03-10")
    assert event["statement"]["entrusted_value"] == {"value": "3000000.00", "unit": "元"}
    (shown,) = hub.json("/events/entrustment?phase=registered")["items"]
    assert shown["id"] == event["id"] and hub.json("/events/entrustment?phase=noticed")["items"] == []
    address = f"/event/entrustment/{event['id'].removeprefix('entrustment:')}"
    for lang, words in (
        (
            "",
            (
                "专利信托",
                "已登记",
                "委托人",
                "中南大学",
                "受托人",
                "湖南样例科技有限公司",
                "信托财产价值",
                "300",
                "登记日",
            ),
        ),
        ("/en", ("Patent entrustment", "Registered", "Settlor", "Trustee", "Entrusted value", "Registered on")),
    ):
        page = hub.page(lang + address)
        assert [word for word in words if word not in page] == []
        assert words[0] in hub.page(f"{lang}/events")  # among the kinds to choose from
        assert words[0] in hub.page(f"{lang}/events?kind=entrustment&phase=registered")
        assert words[0] in hub.page(f"{lang}/patent/{OFFERED}")
    kinds = httpx.get(f"{hub.portal.base_url}/openapi.json", trust_env=False).text
    assert "entrustment" in kinds
    assert [each["name"] for each in hub.json(f"/patents/{OFFERED}")["holders"]] == ["湖南样例科技有限公司"]
    listing = the_listing(hub)
    assert (listing["state_reason"], listing["state_event"]) == ("entrustment_registered", event["id"])
    short = listing["id"].removeprefix("supply:")
    assert "同一专利的专利信托已登记" in hub.page(f"/supply/{short}")
    assert "Patent entrustment of the patent: registered" in hub.page(f"/en/supply/{short}")


def the_platform_is_there(hub: Hub) -> None:
    """Its deals are events that name it, and its feed is among the sources."""
    deals = hub.json("/events/transfer?phase=noticed")["items"]
    assert {source["source"] for event in deals for source in event["sources"]} == {"hn_example"}
    assert {event["subject"] for event in deals} == {
        f"patent:{number}" for number in (OFFERED, "201310197593.0", "201010263656.4")
    }
    feeds = {(each["source"], each["feed"]): each["verdict"] for each in hub.json("/sources")["items"]}
    assert feeds["hn_example", "transfers"] == feeds["hn_entrustment_example", "entrustments"] == "complete"
    page = hub.page("/sources")
    assert "样例大学成果转化中心" in page and "成果转让公示" in page and "样例信托公司" in page


def the_figure_is_there(hub: Hub) -> None:
    """Its point, its cells in the API, its page with label, unit and definition in both languages."""
    point = hub.topic("tongda.statistic.v1")["research_transfers:area=430000:2025"]
    assert (point["value"], point["unit"]) == ("2", "次")
    assert hub.json("/statistics/research_transfers/explain?period=2025&area=430000")["agrees"] is True
    for lang, words in (
        ("", ("高校院所专利转让次数", "次", "高校或科研机构作为转让人之一的登记转让")),
        ("/en", ("Transfers by universities", "times", "Recorded transfers in which a university or institute gives")),
    ):
        page = hub.page(f"{lang}/statistics/research_transfers?period=2025")
        assert [word for word in words if word not in page] == []
        assert words[0] in hub.page(f"{lang}/statistics")
