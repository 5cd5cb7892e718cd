"""What the operator sees while the hub runs: a live table on a terminal, a line every ten seconds elsewhere."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from ops import say
from ops.loopback import probe
from ops.peers import peers
from ops.settings import Settings
from ops.supervisor.child import Child

SHOWN = (
    "tongda_page_rows_total",
    "tongda_stage_records_total",
    "tongda_sink_records_total",
    "tongda_consumer_lag_records",
    "tongda_dead_letters_open",
    "tongda_conservation_gap_records",
)
PART_HEADINGS = (("部件", "part"), ("状态", "state"), ("进程", "pid"), ("重启", "restarts"), ("健康地址", "health"))
FEED_HEADINGS = (("平台", "source"), ("栏目", "feed"), ("状态", "state"), ("上次完整", "last complete"))
COUNT_HEADINGS = (("新增", "new"), ("变更", "changed"), ("拒收", "rejected"))
COLOUR = {"ready": "green", "done": "green", "starting": "yellow", "waiting": "dim", "crashed": "red", "failed": "red"}
STATE = {
    "ready": "运行",
    "done": "完成",
    "starting": "启动中",
    "waiting": "等待",
    "crashed": "已退出",
    "failed": "失败",
}
FEED = {
    "ok": "正常",
    "short": "不足",
    "drifted": "漂移",
    "blocked": "受阻",
    "unknown": "未知",
    "held": "暂扣",
    "paused": "暂停",
    "waiting": "等待",
}


@dataclass
class Reading:
    """The counters of all processes at one moment."""

    at: float = field(default_factory=time.monotonic)
    values: dict[tuple[str, tuple[tuple[str, str], ...]], float] = field(default_factory=lambda: defaultdict(float))

    def total(self, metric: str, **labels: str) -> float:
        """The sum over every series of a metric that carries these labels."""
        return sum(self._series(metric, labels))

    def level(self, metric: str) -> str:
        """The sum of a gauge in words; ``-`` while no process measures it, which is not 0."""
        series = self._series(metric, {})
        return f"{sum(series):,.0f}" if series else "-"

    def _series(self, metric: str, labels: Mapping[str, str]) -> list[float]:
        return [
            value
            for (name, pairs), value in self.values.items()
            if name == metric and labels.items() <= dict(pairs).items()
        ]


def read_metrics(settings: Settings) -> Reading:
    """What is shown of the metrics of every process that recorded a listener."""
    reading = Reading()
    for peer in peers(settings.run, SHOWN):
        for sample in peer.samples:
            reading.values[sample.name, tuple(sorted(sample.labels.items()))] += sample.value
    return reading


def summary(reading: Reading, before: Reading) -> str:
    """Throughput, lag and dead letters in one line."""
    seconds = max(0.001, reading.at - before.at)

    def rate(metric: str) -> str:
        return f"{max(0.0, reading.total(metric) - before.total(metric)) / seconds:,.0f}/s"

    columns = (
        f"采集 in {rate('tongda_page_rows_total')}",
        f"处理 stages {rate('tongda_stage_records_total')}",
        f"入库 stored {rate('tongda_sink_records_total')}",
        f"积压 lag {reading.level('tongda_consumer_lag_records')}",
        f"死信 dead letters {reading.level('tongda_dead_letters_open')}",
        f"守恒差 gap {reading.level('tongda_conservation_gap_records')}",
    )
    return "  ".join(columns)


def picture(settings: Settings, children: list[Child], reading: Reading, before: Reading) -> Group:
    """The live table: parts, sources, and the summary line."""
    parts = Table(title="通达 Tongda", title_justify="left", box=None, pad_edge=False, header_style="bold")
    for zh, en in PART_HEADINGS:
        parts.add_column(say.of(settings.lang, zh, en))
    for child in children:
        process = str(child.process.pid) if child.process and child.state in ("ready", "starting") else ""
        state = Text(say.of(settings.lang, STATE[child.state], child.state), style=COLOUR[child.state])
        name = say.of(settings.lang, child.part.label, child.part.name)
        parts.add_row(name, state, process, str(child.restarts or ""), child.address)
    return Group(parts, Text(), source_table(settings), Text(), Text(summary(reading, before)))


def source_table(settings: Settings) -> Table:
    """The state of each feed of each source, as the portal has it."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for zh, en in FEED_HEADINGS:
        table.add_column(say.of(settings.lang, zh, en))
    for zh, en in COUNT_HEADINGS:
        table.add_column(say.of(settings.lang, zh, en), justify="right")
    for feed in sources(settings):
        rows: dict[str, int] = feed.get("total_rows") or feed.get("rows") or {}
        counts = (f"{rows.get(name, 0):,}" for name in ("new", "changed", "rejected"))
        state = str(feed.get("state", ""))
        style = "green" if state == "ok" else "dim" if state == "waiting" else "yellow"
        at = str(feed.get("last_complete_at") or "")[11:19]
        table.add_row(
            str(feed.get("source", "")),
            str(feed.get("feed", "")),
            Text(say.of(settings.lang, FEED.get(state, state), state), style=style),
            at,
            *counts,
        )
    return table


def sources(settings: Settings) -> list[dict[str, Any]]:
    """The feeds as the portal lists them; none while it does not answer."""
    body = probe(f"http://{settings.portal}/api/v1/sources") or {}
    items = body.get("items", [])
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
