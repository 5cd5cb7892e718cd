"""Every platform's definition and samples, by parametrisation: a new platform is tested by existing."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ops.settings import read_settings
from schemas.fields.names import has_cjk
from schemas.kinds import BY_NAME
from tests.definitions import shipped

SETTINGS = read_settings({})
SOURCES = shipped()
FEEDS = [(source, feed) for source, definition in SOURCES.items() for feed in definition.feeds]


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_is_its_folder(name: str) -> None:
    assert (SETTINGS.sources / name / "source.yml").is_file()
    assert any((SETTINGS.sources / name / "samples").iterdir()), "a source without a sample is not documented"


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_says_who_it_is_in_chinese_and_where(name: str) -> None:
    source = SOURCES[name]
    assert source.id == name and has_cjk(source.name)
    assert urlsplit(source.access.base).scheme == {"http": "https", "inbox": "file"}[source.access.style]
    assert all(has_cjk(feed.name) for feed in source.feeds.values()), "people read the list's name on /sources"


@pytest.mark.parametrize(("name", "feed"), FEEDS)
def test_a_feed_says_what_its_kind_knows(name: str, feed: str) -> None:
    definition = SOURCES[name].feeds[feed]
    assert definition.name, "the list's Chinese name"
    assert definition.key and definition.fields or definition.text
    if definition.kind != "announcement":
        kind = BY_NAME[definition.kind]
        assert definition.phase in kind.phases or "phase" in {**definition.fields, **definition.constant}
        known = {*kind.__struct_fields__, "phase"}
        assert {field.partition(".")[0] for field in definition.fields} - known == set()


@pytest.mark.parametrize(("name", "feed"), FEEDS)
def test_a_feed_has_a_sample(name: str, feed: str) -> None:
    assert list((SETTINGS.sources / name / "samples").glob(f"{feed}.*")), "a feed without a sample is not documented"


@pytest.mark.parametrize(("name", "feed"), FEEDS)
def test_a_feed_says_what_it_expects(name: str, feed: str) -> None:
    expect = SOURCES[name].feeds[feed].expect
    assert expect.fill or expect.per_month or expect.median


def test_no_file_names_a_secret_value() -> None:
    for path in Path(SETTINGS.sources).glob("*/source.yml"):
        for line in path.read_text(encoding="utf-8").splitlines():
            line = re.sub(r"\btoken: /\w+", "", line)  # where an answer has the token: a pointer, no value
            assert "password:" not in line and "token:" not in line, f"{path}: {line}"
