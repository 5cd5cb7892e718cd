"""What a definition may not hold is told in a sentence: a secret in plain text, a value of the wrong sort, no YAML."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ops.sources import load_source
from schemas.errors import Misconfigured
from schemas.source.refusals import SIGNS
from schemas.source.secret_checks import INSTEAD
from tests.ops.test_refused_definitions import changed, definition, refusal

TRANSFERS = "feeds.transfers."


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("access.base", "https://user:s3cret@ip.example.invalid", "access/base: holds a user or a password; "),
        (
            "access.base",
            "https://ip.example.invalid/?apikey=s3cret",
            "access/base: holds a value of apikey, a secret; ",
        ),
        (
            TRANSFERS + "request.query",
            {"token": "s3cret"},
            "feeds/transfers/request/query/token: holds a secret; ",
        ),
        (TRANSFERS + "request.path", "/api?access_token=s3cret", "feeds/transfers/request/path: holds a value of "),
        (
            TRANSFERS + "request.headers",
            {"X-Api-Key": "s3cret"},
            "feeds/transfers/request/headers/X-Api-Key: holds a secret; ",
        ),
        (
            TRANSFERS + "request",
            {"path": "/api", "method": "POST", "body": {"who": [{"passWord": "s3cret"}]}},
            "feeds/transfers/request/body/who/0/passWord: holds a secret; ",
        ),
        (
            "access.auth",
            {"style": "header", "secret": "s3cret-of-mine"},
            "access/auth/secret: is no name of a secret, which has capital letters, digits and _ alone, "
            "as HN_EXAMPLE_KEY; ",
        ),
    ],
)
def test_a_secret_is_refused_where_it_is_written_and_never_repeated(
    tmp_path: Path, path: str, value: Any, message: str
) -> None:
    told = refusal(tmp_path, changed(definition(), path, value))
    assert told.startswith(message) and told.partition(" · ")[0].endswith(INSTEAD)
    assert "s3cret" not in told


def test_words_that_only_look_like_a_secret_are_accepted(tmp_path: Path) -> None:
    content = changed(definition(), TRANSFERS + "request.query", {"keyword": "专利", "token": "", "key": "name"})
    file = tmp_path / content["id"] / "source.yml"
    refusal(tmp_path, {**content, "nonsense": 1})  # writes the file; only this key is refused
    file.write_text(file.read_text(encoding="utf-8").replace("nonsense: 1\n", ""), encoding="utf-8")
    assert load_source(file).feeds["transfers"].request is not None


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("name", None, "name: is missing; write name: …"),
        (TRANSFERS + "kind", None, "feeds/transfers/kind: is missing; write kind: …"),
        ("feeds.transfers.paging", "page", "feeds/transfers/paging: is 'page', and must be keys with their values; "),
        (
            TRANSFERS + "request.query",
            {"size": 50},
            "feeds/transfers/request/query/size: is 50, and must be a text; a number or a yes stands in quotes, "
            'as "100"',
        ),
        (TRANSFERS + "drop", "电话", "feeds/transfers/drop: is '电话', and must be a list, as [one, two]"),
        (TRANSFERS + "definition", 0, "feeds/transfers/definition: is 0, and must be above 0"),
        (TRANSFERS + "definition", "two", "feeds/transfers/definition: is 'two', and must be a whole number"),
        ("access.parallel", 9, "access/parallel: is 9, and must be at most 8"),
        (
            "access.media",
            "JSON",
            f"access/media: 'JSON' has a sign that is not possible here; accepted: {SIGNS['media']}",
        ),
        ("access.ok", {"at": "code", "in": [1]}, "access/ok/at: 'code' is no JSON Pointer; accepted: /code"),
        (TRANSFERS + "split", {"patents": 1}, "feeds/transfers/split/patents: is 1, and must be a list, as [one, two]"),
    ],
)
def test_a_value_of_the_wrong_sort_is_told_with_what_must_stand_there(
    tmp_path: Path, path: str, value: Any, message: str
) -> None:
    assert refusal(tmp_path, changed(definition(), path, value)).startswith(message)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("id: [hn_example\n", "line 2, column 1: did not find expected ',' or ']'; "),
        ("id: a\nid: b\n", "line 2, column 1: key 'id' stands twice"),
        ("id: a\n\tname: b\n", "line 2, column 1: found a tab character that violates indentation; "),
    ],
)
def test_text_that_is_no_yaml_is_told_once_with_its_line(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "hn_example" / "source.yml"
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Misconfigured) as caught:
        load_source(file)
    english, _, chinese = caught.value.message.partition(" · ")
    assert english.startswith(f"{file}: {sentence}") and "unicode string" not in english
    assert chinese == f"{file} 无法读取"


@pytest.mark.parametrize("text", ["", "- id: a\n", "only words\n"])
def test_a_file_that_is_no_mapping_is_told_which_keys_it_needs(tmp_path: Path, text: str) -> None:
    file = tmp_path / "hn_example" / "source.yml"
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Misconfigured) as caught:
        load_source(file)
    assert "must be keys with their values; accepted: id, name, authority, plan, access, feeds" in caught.value.message
