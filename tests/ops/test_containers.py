"""The containers as declared: pinned, bounded, checked, without secrets in the open, and with commands that exist."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from ops.settings import ROOT, read_settings
from ops.sources import read_yaml
from ops.supervisor.parts import PARTS
from tests.ops.commands import understood

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
HUB = {name: service for name, service in SERVICES.items() if "build" in service}
STEPS = ("topics", "migrate")
every_service = pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES.keys())
every_role = pytest.mark.parametrize("service", HUB.values(), ids=HUB.keys())


@every_service
def test_a_service_is_pinned_and_bounded(service: dict[str, Any]) -> None:
    assert re.search(r":v?\d+\.\d+", service["image"])
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])


@every_service
def test_a_service_has_no_more_of_the_machine_than_it_needs(service: dict[str, Any]) -> None:
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}


def test_alerts_reach_somebody_and_platforms_an_inbox() -> None:
    told = read_yaml(ROOT / "ops/prometheus/alertmanager.yml")
    receivers = {each["name"]: each["webhook_configs"] for each in told["receivers"]}
    named = {told["route"]["receiver"], *(each["receiver"] for each in told["route"]["routes"])}
    assert named == receivers.keys()
    secrets = {Path(hook["url_file"]).name for hooks in receivers.values() for hook in hooks}
    assert secrets == set(SERVICES["alertmanager"]["secrets"]) <= COMPOSE["secrets"].keys()
    asked = read_yaml(ROOT / "ops/prometheus/prometheus.yml")["alerting"]["alertmanagers"]
    assert asked == [{"static_configs": [{"targets": ["alertmanager:9093"]}]}]
    connectors = SERVICES["connectors"]
    assert f"./var/inbox:{connectors['environment']['TONGDA_INBOXES']}:ro" in connectors["volumes"]


@every_service
def test_a_service_tells_whether_it_is_well_unless_it_ends_by_itself(service: dict[str, Any]) -> None:
    if service["restart"] == "no":
        assert service in [SERVICES[step] for step in STEPS]
    else:
        assert service["healthcheck"]["test"][0] == "CMD"


@every_service
def test_no_secret_stands_in_the_open(service: dict[str, Any]) -> None:
    for name, value in service["environment"].items() if "environment" in service else ():
        assert not re.search("PASSWORD|SECRET|TOKEN|KEY", name) or str(value).startswith("/run/secrets/")
        assert not re.search(r"://[^/@]*:[^/@]*@", str(value))


@every_service
def test_only_this_machine_reaches_a_published_port(service: dict[str, Any]) -> None:
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))


@every_role
def test_a_role_is_started_by_a_command_that_exists_with_settings_that_exist(service: dict[str, Any]) -> None:
    understood(shlex.join(service["command"]))
    environment = {name: str(value) for name, value in service["environment"].items()}
    assert environment.pop("TONGDA_DATABASE_PASSWORD_FILE") == "/run/secrets/database-password"
    assert read_settings(environment).kafka == "kafka:9092"
    assert service["read_only"] is True


def test_every_part_of_the_hub_has_a_container() -> None:
    assert {part.name for part in PARTS} <= SERVICES.keys()


def test_what_a_service_waits_for_is_well_or_done() -> None:
    for service in SERVICES.values():
        for name, wait in service.get("depends_on", {}).items():
            done = SERVICES[name]["restart"] == "no"
            assert wait["condition"] == ("service_completed_successfully" if done else "service_healthy")


def test_prometheus_asks_every_process_that_measures() -> None:
    targets = yaml.safe_load((ROOT / "ops/prometheus/prometheus.yml").read_text())["scrape_configs"][0]
    ports = {"portal": "8081"}  # of operators: readers get no metrics
    assert targets["job_name"] == "tongda"
    assert targets["static_configs"][0]["targets"] == [
        f"{name}:{ports.get(name, '9464')}" for name in ("connectors", "streams", "store", "portal", "webhooks")
    ]


def test_containers_run_the_broker_that_the_tests_run() -> None:
    pom = (ROOT / "ops/embedded/pom.xml").read_text()
    tested = re.findall(r"<artifactId>kafka_2.13</artifactId>\s*<version>(.*)</version>", pom)
    assert tested == [SERVICES["kafka"]["image"].removeprefix("apache/kafka:")]


def test_a_killed_broker_starts_again_only_when_the_session_of_the_dead_one_has_ended() -> None:
    controller, broker = SERVICES["controller"]["environment"], SERVICES["kafka"]["environment"]
    command = SERVICES["kafka"]["command"][-1]
    (seconds,) = re.findall(r"sleep (\d+)", command)
    assert ".kafka_cleanshutdown" in command
    assert int(seconds) * 1000 > controller["KAFKA_BROKER_SESSION_TIMEOUT_MS"] * 1.5
    assert (controller["KAFKA_PROCESS_ROLES"], broker["KAFKA_PROCESS_ROLES"]) == ("controller", "broker")


def test_the_image_holds_no_tool_of_the_tests() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["dev"]
    tools = {re.split(r"[<>=[]", each)[0] for each in declared}
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    (removed,) = re.findall(r"pip uninstall --yes ([^\n]+)", text)
    assert set(removed.split()) == tools


def test_the_image_is_pinned_unprivileged_and_made_of_what_there_is() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert all(re.search(r"python:3\.11\.\d+-slim", line) for line in lines if line.startswith("FROM"))
    assert "USER tongda" in lines
    copied = [word for line in lines if line.startswith("COPY") and "--from" not in line for word in line.split()[1:-1]]
    assert all((ROOT / name).exists() for name in copied)
    allowed = (ROOT / ".dockerignore").read_text().splitlines()
    assert all(f"!{name}" in allowed for name in copied)
