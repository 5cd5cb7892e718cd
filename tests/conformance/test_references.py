"""What the checks of the documents look for is found: otherwise they could not fail."""

from __future__ import annotations

from tests.conformance.documents import ARCHITECTURE
from tests.conformance.references import DOCUMENT, OURS, Command, anchors, commands, links


def test_commands_are_found_in_spans_and_blocks_up_to_their_first_argument() -> None:
    text = (
        "Text of tongda up is no code. `TONGDA_PORT=8081 .venv/bin/tongda explain transfers:2026-10` and\n\n"
        "    .venv/bin/tongda sources pull hn_example --dry-run   # tongda no\n\n```\ntongda rebuild start --workers=2\n```\n"
    )
    assert list(commands(text)) == [
        Command(("explain",), ()),
        Command(("sources", "pull"), ("--dry-run",)),
        Command(("rebuild", "start"), ("--workers",)),
    ]


def test_links_are_found_outside_of_blocks() -> None:
    assert list(links("see [a](b.md#c)\n```\n[d](e)\n```\n[f](https://g.example/)")) == ["b.md#c", "https://g.example/"]


def test_headings_have_the_anchors_that_readers_of_the_repository_see() -> None:
    assert {"how-nothing-is-lost", "growth-axes", "errors"} <= anchors(ARCHITECTURE)


def test_documents_and_files_are_found_in_comments() -> None:
    comment = '"""Holder rule (docs/domain.md#holder-rule), codes.md; see schemas/kinds/pledge.py and tests/live/."""'
    assert DOCUMENT.findall(comment) == [("docs/domain.md", "holder-rule"), ("codes.md", "")]
    assert OURS.findall(comment) == ["docs/domain.md", "schemas/kinds/pledge.py", "tests/live/"]
