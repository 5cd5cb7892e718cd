"""The guides are followed to the letter: what they say is done in a copy of the repository, and must work there."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from ops.embedded.service import free_port
from tests.connectors.platform import JSON, a_platform
from tests.docs.blocks import ROOT, follow
from tests.docs.repository import Copy

pytestmark = pytest.mark.process


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "tongda")


def test_what_the_guides_write_is_as_formatter_and_linter_want_it(copy: Copy) -> None:
    for guide in ("platform", "kind", "figure"):
        follow(guide, copy.folder)
    ruff = Path(sys.executable).with_name("ruff")
    for arguments in (("format", "--check"), ("check",)):
        done = copy.run(ruff, *arguments, "--no-cache", "schemas")
        assert done.returncode == 0, done.stdout


def test_the_platform_of_the_guide_checks_clean_with_the_line_the_guide_prints(copy: Copy) -> None:
    follow("platform", copy.folder)
    done = copy.tongda("sources", "check", "hn_example")
    assert (done.returncode, done.stderr) == (0, "")
    guide = (ROOT / "docs" / "guides" / "platform.md").read_text(encoding="utf-8")
    assert [line for line in done.stdout.splitlines() if f"    {line.rstrip()}\n" not in guide] == []


def test_the_platform_that_the_guide_lets_draft_passes_the_tests_of_all_platforms(copy: Copy) -> None:
    follow("platform", copy.folder)
    guide = (ROOT / "docs" / "guides" / "platform.md").read_text(encoding="utf-8")
    lines = guide[guide.index("    .venv/bin/tongda sources new ") :].partition("\n\n")[0]
    words = lines.replace("\\\n", " ").split()
    drafted = copy.tongda(*words[1:])
    assert drafted.returncode == 0, drafted.stderr
    done = copy.tongda("sources", "check", "hn_drafted")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    tests = copy.tests("conformance/test_sources", "conformance/test_readings", about="hn_drafted")
    assert tests.returncode == 0, tests.stdout


def test_the_platform_of_the_guide_is_found_by_existing(copy: Copy) -> None:
    program = "from ops.settings import *; from ops.sources import *; print(*load_sources(read_settings({}).sources))"
    before = copy.python(program).split()
    follow("platform", copy.folder)
    assert set(copy.python(program).split()) - set(before) == {"hn_example"}


def test_the_platform_of_the_guide_passes_the_tests_of_all_platforms(copy: Copy) -> None:
    follow("platform", copy.folder)
    done = copy.tests("conformance/test_sources", "conformance/test_readings")
    assert done.returncode == 0, done.stdout


def test_a_poll_of_the_platform_of_the_guide_is_proved_complete(copy: Copy) -> None:
    follow("platform", copy.folder)
    answer = (copy.folder / "connectors/sources/hn_example/samples/transfers.json").read_bytes()
    with a_platform(lambda path, query, number: (200, JSON, answer)) as platform:
        given = {"TONGDA_SOURCE_HN_EXAMPLE_BASE": platform.base, "TONGDA_HOME": str(copy.folder / "var")}
        done = copy.tongda("sources", "pull", "hn_example", "transfers", "--dry-run", settings=given)
    assert (done.returncode, platform.requests[0]) == (0, ("/api/deals", {"size": "50", "page": "1"})), done.stderr
    assert done.stdout.splitlines()[1].split()[:5] == ["hn_example", "transfers", "complete", "-", "2"]


def test_a_page_of_the_platform_of_the_guide_is_shown_typed_and_does_not_differ_from_its_sample(copy: Copy) -> None:
    follow("platform", copy.folder)
    sample = "connectors/sources/hn_example/samples/transfers.json"
    answer = (copy.folder / sample).read_bytes()
    with a_platform(lambda path, query, number: (200, JSON, answer)) as platform:
        given = {"TONGDA_SOURCE_HN_EXAMPLE_BASE": platform.base, "TONGDA_HOME": str(copy.folder / "var")}
        shown = copy.tongda("sources", "preview", "hn_example", "transfers", settings=given)
        same = copy.tongda("sources", "diff", "hn_example", "transfers", sample, settings=given)
        answer = answer.replace('"成交金额": "20"'.encode(), '"成交金额": "21"'.encode())
        other = copy.tongda("sources", "diff", "hn_example", "transfers", sample, settings=given)
    assert (shown.returncode, len(shown.stdout.splitlines())) == (0, 3), shown.stderr
    assert "consideration=200000.00 元" in shown.stdout
    assert (same.returncode, len(same.stdout.splitlines())) == (0, 1), same.stderr
    assert (other.returncode, other.stdout.splitlines()[1].split()) == (
        10,
        ["2026-001", "changed", "成交金额", "20", "21"],
    )


def test_a_poll_of_the_platform_of_the_guide_is_recorded_and_replayed(copy: Copy) -> None:
    follow("platform", copy.folder)
    answer = (copy.folder / "connectors/sources/hn_example/samples/transfers.json").read_bytes()
    with a_platform(lambda path, query, number: (200, JSON, answer)) as platform:
        given = {"TONGDA_SOURCE_HN_EXAMPLE_BASE": platform.base, "TONGDA_HOME": str(copy.folder / "var")}
        done = copy.tongda("sources", "record", "hn_example", "transfers", settings=given)
    assert done.returncode == 0, done.stderr
    assert "0731-00000000" not in (copy.folder / "connectors/sources/hn_example/cassettes/transfers.json").read_text()
    replayed = copy.tests("conformance/test_cassettes", about="hn_example")
    assert replayed.returncode == 0, replayed.stdout


def test_the_server_of_the_guide_answers_a_poll_of_a_local_hub(copy: Copy) -> None:
    """The lines of the guide as they stand, on a free port and with one poll in place of the hub."""
    follow("platform", copy.folder)
    guide = (ROOT / "docs" / "guides" / "platform.md").read_text(encoding="utf-8")
    lines = dedent(guide[guide.index("    mkdir -p var/hn_example/api") :].partition("\n\n")[0])
    pull = f"{Path(sys.executable).with_name('tongda')} sources pull hn_example transfers --dry-run"
    port = str(free_port())
    script = lines.replace("8765", port).replace(".venv/bin/tongda up", pull)
    assert pull in script
    listening = f"until (: <>/dev/tcp/127.0.0.1/{port}) 2>/dev/null; do sleep 0.1; done"
    ready = script.replace(" &\n", f" &\nserver=$!; trap 'kill $server' EXIT; {listening}\n")
    done = copy.run("bash", "-c", ready.replace("(cd var/hn_example && ", "(cd var/hn_example && exec "))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[1].split()[:5] == ["hn_example", "transfers", "complete", "-", "2"]


def test_a_column_that_the_definition_forgets_is_named_and_the_check_fails(copy: Copy) -> None:
    follow("platform", copy.folder)
    copy.edit("connectors/sources/hn_example/source.yml", "    drop: [联系电话]\n", "")
    done = copy.tongda("sources", "check", "hn_example")
    assert done.returncode == 5
    assert "联系电话 2" in done.stdout
    assert copy.tests("conformance/test_readings").returncode == 1


def test_a_key_that_the_model_does_not_know_is_refused_with_its_name(copy: Copy) -> None:
    follow("platform", copy.folder)
    copy.edit("connectors/sources/hn_example/source.yml", "pace: 1/2s", "speed: 1/2s")
    done = copy.tongda("sources", "check", "hn_example")
    assert done.returncode == 5
    assert "line 8: access/speed: no such key" in done.stdout


OF_ALL_KINDS = (
    *(f"conformance/{name}" for name in ("test_kinds", "test_topics", "test_glossary")),
    *("streams/test_secrecy", "streams/test_bounds", "sinks/portal/test_words"),
)
KIND = """
from schemas.kinds import BY_NAME
from schemas.kinds.occurrence import rules_of
from schemas.topics import EVENTS
print(EVENTS["entrustment"].name, EVENTS["entrustment"].secrecy)
print(*(rule.label.zh for rule in rules_of(BY_NAME["entrustment"]).values()))
"""


def test_the_kind_of_the_guide_has_a_topic_and_its_official_terms(copy: Copy) -> None:
    follow("kind", copy.folder)
    assert copy.python(KIND).splitlines() == [
        "tongda.entrustment.v1 public",
        "专利号 委托人 受托人 登记日 公告日 信托财产价值",
    ]


def test_the_sample_of_the_guide_reads_as_its_kind(copy: Copy) -> None:
    follow("kind", copy.folder)
    done = copy.tongda("sources", "check", "hn_entrustment_example")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "entrustment 2" in done.stdout


def test_the_two_rows_of_the_sample_become_one_event_on_the_topic_of_the_kind(copy: Copy) -> None:
    follow("kind", copy.folder)
    published = copy.journey("hn_entrustment_example", "entrustments")
    assert "tongda.dead-letter" not in published
    events = published["tongda.entrustment.v1"].values()
    (event,) = (found for found in events if found["state"] == "current")
    assert [found["merged_into"] for found in events if found["state"] == "merged"] == [event["id"]]
    names = {role: [party["name"] for party in event["statement"][role]] for role in ("settlor", "trustee")}
    assert (event["subject"], event["phase"], event["occurred_on"]) == (
        "patent:201210464170.6",
        "registered",
        "2026-03-10",
    )
    assert [source["phase"] for source in event["sources"]] == ["registered", "noticed"]
    assert names == {"settlor": ["中南大学"], "trustee": ["湖南样例科技有限公司"]}
    assert event["statement"]["entrusted_value"] == {"value": "3000000.00", "unit": "元"}


def test_the_kind_of_the_guide_passes_the_tests_of_all_kinds(copy: Copy) -> None:
    follow("kind", copy.folder)
    sources = copy.tests("conformance/test_sources", "conformance/test_readings", about="hn_entrustment_example")
    assert sources.returncode == 0, sources.stdout
    kinds = copy.tests(*OF_ALL_KINDS, about="entrustment")
    assert kinds.returncode == 0, kinds.stdout
    assert len(re.findall(r"\.", kinds.stdout.partition("%")[0])) > 20, kinds.stdout


def test_the_kind_of_the_guide_stands_in_the_table_of_topics(copy: Copy) -> None:
    follow("kind", copy.folder)
    assert copy.tests("conformance/test_documents", about="table").returncode == 1
    done = copy.run(sys.executable, "-m", "tests.conformance.documents", "topics")
    assert done.returncode == 0, done.stderr
    documents = copy.tests("conformance/test_documents", about="table")
    assert documents.returncode == 0, documents.stdout


def test_a_kind_without_its_row_in_the_glossary_is_noticed(copy: Copy) -> None:
    follow("kind", copy.folder)
    copy.edit("docs/glossary.md", "`Entrustment`, `entrustment`", "`entrustment`")
    done = copy.tests("conformance/test_glossary")
    assert done.returncode == 1
    assert "Entrustment" in done.stdout


@pytest.mark.parametrize(
    ("path", "before", "after", "told"),
    [
        (
            "schemas/kinds/entrustment.py",
            '    giver, taker, counts_on = "settlor",',
            '    giver, taker, counts_on = "setlor",',
            "error T3014: kind Entrustment: giver: 'setlor' is no field with parties; "
            "accepted: settlor, trustee; did you mean settlor?",
        ),
        (
            "schemas/kinds/entrustment.py",
            "import Term\n",
            "import Therm\n",
            "error T3015: schemas/kinds/entrustment.py, line 15: ImportError: cannot import name 'Therm'",
        ),
        (
            "schemas/kinds/entrustment.py",
            "class Entrustment(Occurrence, frozen=True):",
            "class Entrustment(Occurrence, frozen=True)",
            "error T3015: schemas/kinds/entrustment.py, line 31: SyntaxError: expected ':'",
        ),
        (
            "schemas/kinds/entrustment.py",
            'says("登记日", "Registered on")] = None',
            'says("登记日", "Registered on")]',
            "error T3015: schemas/kinds/entrustment.py, line 31: TypeError: "
            "Required field 'registered_on' cannot follow optional fields",
        ),
        (
            "schemas/figures/dimensions.py",
            'CONTRACT_TYPE = coded(Contract, "contract_type")',
            'CONTRACT_TYPE = coded(Contract, "title")',
            "TypeError: Contract.title cuts figures but has no value where no source says it",
        ),
    ],
)
def test_a_mistake_in_a_kind_or_a_figure_is_told_with_its_place_and_without_a_traceback(
    copy: Copy, path: str, before: str, after: str, told: str
) -> None:
    follow("kind", copy.folder)
    copy.edit(path, before, after)
    command = (
        ("explain", "transfers:area=430000:2026")
        if "figures" in path
        else ("sources", "check", "hn_entrustment_example")
    )
    done = copy.tongda(*command, settings={"TONGDA_LANG": "en"})
    assert done.returncode == 3, done.stderr
    assert told in done.stderr and f"correct {path}" in done.stderr and "Traceback" not in done.stderr


BY_RESEARCH = {
    "research_transfers:area=430100:2025": "1",
    "research_transfers:area=430100:2025-04": "1",
    "research_transfers:area=430200:2025": "1",
    "research_transfers:area=430200:2025-03": "1",
    "research_transfers:area=430000:2025": "2",
    "research_transfers:area=430000:2025-03": "1",
    "research_transfers:area=430000:2025-04": "1",
}


def test_the_figure_of_the_guide_is_published_and_no_other_figure_changes(copy: Copy) -> None:
    before = copy.journey("cnipa_gazette", "transfers")["tongda.statistic.v1"]
    follow("figure", copy.folder)
    after = copy.journey("cnipa_gazette", "transfers")["tongda.statistic.v1"]
    assert {key: after[key] for key in before} == before
    added = {key: point["value"] for key, point in after.items() if key not in before}
    assert {key.partition(":")[0] for key in added} == {"research_transfers"}
    assert {key: value for key, value in added.items() if ";" not in key} == BY_RESEARCH


def test_the_figure_of_the_guide_passes_the_tests_of_all_figures(copy: Copy) -> None:
    follow("figure", copy.folder)
    done = copy.tests("conformance/test_figures", about="research_transfers")
    assert done.returncode == 0, done.stdout


def test_the_figure_of_the_guide_stands_in_the_table_of_figures(copy: Copy) -> None:
    follow("figure", copy.folder)
    done = copy.run(sys.executable, "-m", "tests.conformance.documents", "indicators")
    assert done.returncode == 0, done.stderr
    row = (
        "| `research_transfers` | 高校院所专利转让次数 | 次 | transfer recorded | `right_type`, `counter_type` | once |"
    )
    assert row in (copy.folder / "docs" / "figures.md").read_text(encoding="utf-8")
