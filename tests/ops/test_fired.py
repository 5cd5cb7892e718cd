"""Every alert fires when it should and keeps silent when it should, by Prometheus's own tool."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from ops.settings import ROOT
from ops.sources import read_yaml

pytestmark = pytest.mark.process
RULES = ROOT / "ops/prometheus/rules.yml"
DAY = 86_400


class Case(NamedTuple):
    """Series as promtool writes them (``name: values``), one a step, and the step at which the alert is looked for."""

    fires: dict[str, str]
    silent: dict[str, str]
    at: int = 30
    step: str = "m"  # a minute, or "h" for what takes days


JOB = '{job="tongda",instance="a"}'
ERRORS = '{job="tongda",instance="a",route="/",method="GET",code="%s"}'
FEED = '{job="tongda",instance="%s",source="s",feed="f"}'
LATE = 'tongda_end_to_end_latency_seconds_%s{job="tongda",instance="a",kind="transfer",hop="topic"%s}'


def _one(metric: str, labels: str, fires: str, silent: str, at: int = 30, step: str = "m") -> Case:
    return Case({f"{metric}{labels}": fires}, {f"{metric}{labels}": silent}, at, step)


def _answers(bad: str) -> dict[str, str]:
    return {
        f"tongda_http_requests_total{ERRORS % '500'}": f"0+{bad}x480",
        f"tongda_http_requests_total{ERRORS % '200'}": "0+1000x480",
    }


def _slow(within: int) -> dict[str, str]:
    return {LATE % ("bucket", ',le="60.0"'): f"0+{within}x120", LATE % ("count", ""): "0+100x120"}


def _feed(last: str, interval: str = "600", instance: str = "a", **more: str) -> dict[str, str]:
    found = {"last_complete_timestamp_seconds": f"{last}x60", "interval_seconds": f"{interval}+0x60", **more}
    return {f"tongda_feed_{name}{FEED % instance}": values for name, values in found.items()}


def _new_at(values: str, **more: str) -> dict[str, str]:
    found = {"last_new_timestamp_seconds": values, "silence_limit_seconds": f"{7 * DAY}+0x240", **more}
    return {f"tongda_feed_{name}{FEED % 'a'}": each for name, each in found.items()}


LETTERS = '{job="tongda",instance="a",stage="fold",source="s",reason="%s"}'
CASES = {
    "TongdaDown": _one("up", JOB, "0x60", "1x60"),
    "TongdaRestarting": _one("process_start_time_seconds", JOB, "0+60x60", "5+0x60"),
    "TongdaDiskLow": _one("tongda_disk_free_ratio", '{job="tongda",instance="a",volume="home"}', "0.05x60", "0.5x60"),
    "TongdaHttpErrors": Case(_answers("100"), _answers("1"), 100),
    "TongdaHttpSlowBurn": Case(_answers("10"), _answers("1"), 400),
    "TongdaBackupOld": _one("tongda_backup_newest_timestamp_seconds", JOB, "0x90", "0+3600x90", at=72, step="h"),
    "TongdaCertificateEnds": _one(
        "tongda_certificate_expiry_timestamp_seconds",
        '{job="tongda",instance="a",certificate="kafka-ca"}',
        f"{20 * DAY}+0x120",
        f"{22 * DAY}+0x120",
        at=90,
    ),
    "TongdaEvidenceFull": _one("tongda_evidence_full", JOB, "1x60", "0x60"),
    "TongdaConservationBroken": _one(
        "tongda_conservation_gap_records", '{job="tongda",instance="a",place="fold"}', "-1x60", "0x60"
    ),
    "TongdaStageStuck": Case(
        {
            'tongda_stage_oldest_pending_timestamp_seconds{job="tongda",instance="a",stage="fold"}': "60x60",
            'tongda_stage_last_commit_timestamp_seconds{job="tongda",instance="a",stage="fold"}': "60x60",
        },
        {
            'tongda_stage_oldest_pending_timestamp_seconds{job="tongda",instance="a",stage="fold"}': "60x60",
            'tongda_stage_last_commit_timestamp_seconds{job="tongda",instance="a",stage="fold"}': "0+60x60",
            # the other replica has no partition of this stage, and commits nothing
            'tongda_stage_oldest_pending_timestamp_seconds{job="tongda",instance="b",stage="fold"}': "0x60",
            'tongda_stage_last_commit_timestamp_seconds{job="tongda",instance="b",stage="fold"}': "60x60",
        },
    ),
    "TongdaRestoreSlow": _one(
        "tongda_stage_restore_remaining_records", '{job="tongda",instance="a",stage="fold"}', "9x60", "0x60"
    ),
    "TongdaLatencyBurn": Case(_slow(50), _slow(99), 100),
    "TongdaRecordCrashes": _one("tongda_dead_letters_total", LETTERS % "crashed", "_x25 1x60", "1x60"),
    "TongdaDeadLettersGrowing": Case(
        {f"tongda_dead_letters_total{LETTERS % 'money_unreadable'}": "0+1x60"},
        {
            f"tongda_dead_letters_total{LETTERS % 'money_unreadable'}": "0+1x60",
            'tongda_source_circuit_state{job="tongda",instance="a",source="s"}': "2x60",
        },
    ),
    "TongdaSinkStands": _one(
        "tongda_sink_waiting_since_timestamp_seconds", '{job="tongda",instance="a",sink="store"}', "60x60", "0x60"
    ),
    "TongdaSinkRefused": _one(
        "tongda_sink_refused_records", '{job="tongda",instance="a",sink="store"}', "1x60", "0x60"
    ),
    "TongdaSinkPaused": _one("tongda_sink_paused", '{job="tongda",instance="a",sink="store"}', "1x60", "0x60"),
    "TongdaFeedStale": Case(
        _feed("0+0"),
        # the replica that had the feed before still shows what it saw last; the one that has it now is up to date
        {**_feed("0+0"), **_feed("0+60", instance="b")},
        50,
    ),
    "TongdaFeedSilent": Case(_new_at("0x240"), _new_at("0x240", paused="1x240"), 8 * 24, "h"),
    "TongdaSourceCircuitOpen": _one(
        "tongda_source_circuit_state", '{job="tongda",instance="a",source="s"}', "2x60", "0x60"
    ),
    "TongdaFeedBlocked": _one(
        "tongda_slice_verdicts_total",
        '{job="tongda",instance="a",source="s",feed="f",verdict="blocked"}',
        "0+1x60",
        "5x90",
        80,
    ),
    "TongdaPollBrokenOff": _one("tongda_polls_broken_off_total", FEED % "a", "0+1x60", "5x90", 80),
    "TongdaSourceRefused": _one("tongda_sources_refused", JOB, "1x60", "0x60"),
    "TongdaFeedsUnowned": Case(
        {f"tongda_feeds_declared{JOB}": "3x60", f"tongda_feeds_owned{JOB}": "2x60"},
        {
            f"tongda_feeds_declared{JOB}": "3x60",
            f"tongda_feeds_owned{JOB}": "2x60",
            'tongda_feeds_declared{job="tongda",instance="b"}': "3x60",
            'tongda_feeds_owned{job="tongda",instance="b"}': "1x60",
        },
    ),
    "TongdaTaskFailing": _one(
        "tongda_job_last_success_timestamp_seconds",
        '{job="tongda",instance="a",task="digests"}',
        "0x60",
        "0+60x60",
        at=45,
    ),
    "TongdaSliceHeld": _one("tongda_held_slices", FEED % "a", "1x60", "0x60"),
}
ALERTS = [rule["alert"] for group in read_yaml(RULES)["groups"] for rule in group["rules"] if "alert" in rule]


def test_every_alert_has_a_case_that_fires_and_one_that_does_not() -> None:
    assert sorted(CASES) == sorted(ALERTS)


def test_each_alert_fires_in_its_case_alone(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed: apt-get install prometheus")
    run(promtool, "check", "rules", str(RULES))
    for step in ("m", "h"):
        file = tmp_path / f"tests-{step}.yml"
        tests = [
            asked(alert, case, fires) for alert, case in CASES.items() if case.step == step for fires in (True, False)
        ]
        file.write_text(yaml.safe_dump({"rule_files": [str(RULES)], "evaluation_interval": f"1{step}", "tests": tests}))
        run(promtool, "test", "rules", str(file))


def asked(alert: str, case: Case, fires: bool) -> dict[str, Any]:
    """How promtool is asked whether the alert fires at the end of a case."""
    query = f'count(ALERTS{{alertname="{alert}",alertstate="firing"}}) or vector(0)'
    series = case.fires if fires else case.silent
    return {
        "name": f"{alert} {'fires' if fires else 'is silent'}",
        "interval": f"1{case.step}",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {
                "expr": query,
                "eval_time": f"{case.at}{case.step}",
                "exp_samples": [{"labels": "{}", "value": int(fires)}],
            }
        ],
    }


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
