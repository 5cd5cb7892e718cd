"""Alerts and dashboards ask for what is measured, and each alert leads to a page whose commands exist."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest

from ops.grafana.__main__ import FOLDER, text
from ops.grafana.overview import ROWS
from ops.settings import ROOT
from ops.sources import read_yaml
from tests.ops.commands import understood
from tests.ops.promql import selectors, unknown

RULES: list[dict[str, Any]] = [
    rule for group in read_yaml(ROOT / "ops/prometheus/rules.yml")["groups"] for rule in group["rules"]
]
ALERTS = [rule for rule in RULES if "alert" in rule]
RECORDED = frozenset(rule["record"] for rule in RULES if "record" in rule)
HEADINGS = ["Meaning", "Impact", "Diagnosis", "Mitigation", "Afterwards"]
PAGES = sorted((ROOT / "ops/runbook").glob("Tongda*.md"))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.get("alert") or rule["record"])
def test_a_rule_asks_for_what_is_measured(rule: dict[str, Any]) -> None:
    assert selectors(rule["expr"])
    assert unknown(rule["expr"], RECORDED) == []


def test_a_query_for_what_nobody_measures_is_found() -> None:
    assert unknown("tongda_figures_total > 0") == ["tongda_figures_total"]
    assert unknown('sum(rate(tongda_requests_total{feed="x"}[5m]))') == ["tongda_requests_total{feed}"]
    assert unknown("tongda_feeds_owned_bucket") == ["tongda_feeds_owned_bucket"]


@pytest.mark.parametrize("alert", ALERTS, ids=lambda rule: rule["alert"])
def test_an_alert_says_how_urgent_it_is_in_both_languages_and_has_its_page(alert: dict[str, Any]) -> None:
    assert alert["labels"]["severity"] in ("page", "ticket", "info")
    assert alert["annotations"].keys() == {"summary", "summary_zh", "runbook_url"}
    page = (ROOT / alert["annotations"]["runbook_url"]).read_text()
    assert page.startswith(f"# {alert['alert']} ")
    assert re.findall(r"^## (.*)$", page, re.M) == HEADINGS


def test_no_page_is_left_of_an_alert_that_is_gone() -> None:
    assert [page.stem for page in PAGES] == sorted(alert["alert"] for alert in ALERTS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_commands_of_a_page_exist(page: Path) -> None:
    commands = re.findall(r"`tongda ([^`]+)`", page.read_text())
    assert commands
    for command in commands:
        understood(command)


def test_the_dashboard_is_the_one_that_the_code_makes() -> None:
    assert (FOLDER / "overview.json").read_text() == text()


@pytest.mark.parametrize("panel", [panel for _, panels in ROWS for panel in panels], ids=lambda panel: panel.title)
def test_a_panel_asks_for_what_is_measured_and_says_what_it_means(panel: Any) -> None:
    assert unknown(panel.query.replace("$__rate_interval", "5m")) == []
    assert panel.meaning and panel.unit
    assert "rate(" not in panel.query or "$__rate_interval" in panel.query


def test_panels_have_numbers_of_their_own_and_do_not_overlap() -> None:
    panels = json.loads((FOLDER / "overview.json").read_text())["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for one, other in itertools.combinations((panel["gridPos"] for panel in panels), 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        assert beside or one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
