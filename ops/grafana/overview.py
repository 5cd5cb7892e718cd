"""The overview dashboard: are all platforms polled, is any record lost or refused, who has to be called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

WIDTH, HEIGHT = 24, 6
SOURCE = {"type": "prometheus", "uid": "${datasource}"}


@dataclass(frozen=True)
class Panel:
    """One panel: its query, and what its value means to the operator."""

    title: str
    meaning: str
    query: str
    unit: str = "short"
    legend: str = ""
    form: Literal["stat", "timeseries"] = "timeseries"
    bad_above: float | None = None


ROWS: tuple[tuple[str, tuple[Panel, ...]], ...] = (
    (
        "现在 now",
        (
            Panel(
                "进程 processes", "1 while a process answers", 'up{job="tongda"}', legend="{{instance}}", form="stat"
            ),
            Panel(
                "守恒差 conservation gap",
                "Records that went in and neither came out nor were set aside. Must be 0.",
                "sum by (place) (tongda_conservation_gap_records)",
                legend="{{place}}",
                form="stat",
                bad_above=1,
            ),
            Panel(
                "告警 open alerts",
                "Alerts that fire; each has a page in ops/runbook",
                'count by (alertname) (ALERTS{alertstate="firing"})',
                legend="{{alertname}}",
                form="stat",
                bad_above=1,
            ),
            Panel(
                "版本 version", "What runs where", "tongda_build_info", legend="{{instance}} {{version}}", form="stat"
            ),
        ),
    ),
    (
        "平台 platforms",
        (
            Panel(
                "距上次完整 since the last complete reading",
                "In promised intervals: above 2 the feed is stale",
                "(time() - max by (source, feed) (tongda_feed_last_complete_timestamp_seconds))"
                " / on (source, feed) max by (source, feed) (tongda_feed_interval_seconds)",
                legend="{{source}} {{feed}}",
                bad_above=2,
            ),
            Panel(
                "请求 requests",
                "How the platforms answer, by outcome",
                "sum by (source, outcome) (rate(tongda_requests_total[$__rate_interval]))",
                unit="reqps",
                legend="{{source}} {{outcome}}",
            ),
            Panel(
                "新增与变更 new and changed rows",
                "What the platforms say that is new",
                'sum by (source) (rate(tongda_page_rows_total{result=~"new|changed"}[$__rate_interval]))',
                unit="cps",
                legend="{{source}}",
            ),
            Panel(
                "暂扣 held feeds",
                "Readings so far from what is expected that a person must look",
                "max by (source, feed) (tongda_held_slices) > 0",
                legend="{{source}} {{feed}}",
                form="stat",
                bad_above=1,
            ),
            Panel(
                "熔断 open circuits",
                "Sources that are only probed: their platform changed, or does not answer",
                "max by (source) (tongda_source_circuit_state) > 0",
                legend="{{source}}",
                form="stat",
                bad_above=1,
            ),
        ),
    ),
    (
        "处理 stages",
        (
            Panel(
                "处理速率 records",
                "What became of the records of each stage",
                "sum by (stage, result) (rate(tongda_stage_records_total[$__rate_interval]))",
                unit="cps",
                legend="{{stage}} {{result}}",
            ),
            Panel(
                "积压 lag",
                "Committed records that a stage has not read",
                "sum by (group, topic) (tongda_consumer_lag_records)",
                legend="{{group}}",
            ),
            Panel(
                "响应至主题 response to topic, 99 %",
                "How long a record takes from the platform's response to its public topic",
                "histogram_quantile(0.99, sum by (le, kind)"
                " (rate(tongda_end_to_end_latency_seconds_bucket[$__rate_interval])))",
                unit="s",
                legend="{{kind}}",
                bad_above=60,
            ),
            Panel(
                "死信 dead letters",
                "Records set aside since the processes started, by reason",
                "sum by (source, reason) (tongda_dead_letters_total)",
                legend="{{source}} {{reason}}",
                form="stat",
            ),
        ),
    ),
    (
        "目标 targets",
        (
            Panel(
                "完成进度 reached",
                "Value by goal, the same number as on the targets page; without a value there is none",
                "max by (target) (tongda_target_progress_ratio)",
                unit="percentunit",
                legend="{{target}}",
            ),
            Panel(
                "序时差 reached less time gone",
                "Below 0 a goal is behind its time",
                "max by (target) (tongda_target_progress_ratio) - max by (target) (tongda_target_elapsed_ratio)",
                unit="percentunit",
                legend="{{target}}",
                form="stat",
            ),
            Panel(
                "还差 still to reach",
                "Goal less value, in the goal's unit",
                "max by (target, unit) (tongda_target_goal) - max by (target, unit) (tongda_target_value)",
                legend="{{target}} {{unit}}",
                form="stat",
            ),
        ),
    ),
    (
        "门户与读模型 portal and store",
        (
            Panel(
                "入库 stored",
                "Rows applied to the read model, and older revisions left aside",
                "sum by (result) (rate(tongda_sink_records_total[$__rate_interval]))",
                unit="cps",
                legend="{{result}}",
            ),
            Panel(
                "门户请求 portal requests",
                "By status code",
                "sum by (code) (rate(tongda_http_requests_total[$__rate_interval]))",
                unit="reqps",
                legend="{{code}}",
            ),
            Panel(
                "门户耗时 portal latency, 99 %",
                "Request to the last byte of the answer",
                "histogram_quantile(0.99, sum by (le, route)"
                " (rate(tongda_http_request_duration_seconds_bucket[$__rate_interval])))",
                unit="s",
                legend="{{route}}",
            ),
            Panel(
                "磁盘剩余 disk left",
                "Below a tenth somebody must act",
                "min by (instance, volume) (tongda_disk_free_ratio)",
                unit="percentunit",
                legend="{{instance}}",
            ),
        ),
    ),
)


def dashboard() -> dict[str, Any]:
    """The dashboard as Grafana reads it."""
    return {
        "uid": "tongda-overview",
        "title": "通达 Tongda: 总览 overview",
        "timezone": "Asia/Shanghai",
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "schemaVersion": 39,
        "editable": False,
        "templating": {"list": [{"name": "datasource", "type": "datasource", "query": "prometheus"}]},
        "panels": list(_placed(ROWS)),
    }


def _placed(rows: Sequence[tuple[str, Sequence[Panel]]]) -> Iterator[dict[str, Any]]:
    """The panels with their positions, each row under its heading."""
    number, y = 0, 0
    for heading, panels in rows:
        number += 1
        yield {"id": number, "type": "row", "title": heading, "gridPos": {"x": 0, "y": y, "w": WIDTH, "h": 1}}
        width = WIDTH // len(panels)
        for column, panel in enumerate(panels):
            number += 1
            yield _drawn(panel, number, {"x": column * width, "y": y + 1, "w": width, "h": HEIGHT})
        y += 1 + HEIGHT


def _drawn(panel: Panel, number: int, place: dict[str, int]) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if panel.bad_above is not None:
        steps.append({"color": "red", "value": panel.bad_above})
    return {
        "id": number,
        "type": panel.form,
        "title": panel.title,
        "description": panel.meaning,
        "datasource": SOURCE,
        "gridPos": place,
        "fieldConfig": {
            "defaults": {"unit": panel.unit, "thresholds": {"mode": "absolute", "steps": steps}},
            "overrides": [],
        },
        "targets": [{"refId": "A", "datasource": SOURCE, "expr": panel.query, "legendFormat": panel.legend}],
    }
