"""Settings, metrics, alerts, codes and topics that a document names are those of the code."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from ops.catalogue import BY_NAME as METRICS
from ops.settings import ALSO_KNOWN, DERIVED, Settings
from schemas.topics import TOPICS
from tests.conformance.documents import DOCUMENTS, README, ROOT

SETTINGS = {f"TONGDA_{name.upper()}" for name in Settings.model_fields if name not in DERIVED} | set(ALSO_KNOWN)
BY_SOURCE_OR_SECRET = re.compile(r"TONGDA_SOURCE_([A-Z0-9_]+|<ID>)_BASE|TONGDA_SECRET_([A-Z0-9_]+|<NAME>)_FILE")
CODES = {line.split("|")[1].strip() for line in (ROOT / "ops/runbook/codes.md").read_text().splitlines() if "|" in line}
RULES = (ROOT / "ops/prometheus/rules.yml").read_text()
CHANGELOG = README.with_name("CHANGELOG.md")  # names what is gone, too
TEXT = {path: path.read_text(encoding="utf-8") for path in DOCUMENTS if path != CHANGELOG}


def is_setting(name: str) -> bool:
    return name in SETTINGS or bool(BY_SOURCE_OR_SECRET.fullmatch(name))


def is_metric(name: str) -> bool:
    return name in METRICS


def is_alert(name: str) -> bool:
    return f"alert: {name}" in RULES


def is_code(name: str) -> bool:
    return name in CODES


def is_topic(name: str) -> bool:
    return name in {topic.name for topic in TOPICS}


# By form: setting, metric, alert, code, topic. A name that goes on is cut nowhere, so a misspelt one is found.
NAMES: tuple[tuple[str, Callable[[str], bool]], ...] = (
    (r"\bTONGDA_[A-Z0-9_<>]+", is_setting),
    (r"\btongda_[a-z_]+\b", is_metric),
    (r"\bTongda[A-Z][A-Za-z]+", is_alert),
    (r"\bT\d{4,5}\b", is_code),
    (r"(?<![\w.])tongda\.[a-z][\w.-]*\w", is_topic),
)


@pytest.mark.parametrize("document", TEXT, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_name_in_a_document_is_one_of_the_code(document: Path) -> None:
    names = [(match[0], known) for form, known in NAMES for match in re.finditer(form, TEXT[document])]
    assert sorted({name for name, known in names if not known(name)}) == []


def test_every_form_of_name_is_met_somewhere() -> None:
    everything = "\n".join(TEXT.values())
    assert [form for form, _ in NAMES if not re.search(form, everything)] == []


def test_every_decision_stands_in_the_list() -> None:
    pages = {path.name for path in (ROOT / "docs" / "decisions").glob("0*.md")}
    listed = set(re.findall(r"\]\((0[\w-]+\.md)\)", TEXT[ROOT / "docs" / "decisions" / "README.md"]))
    assert pages == listed and len(pages) >= 10
