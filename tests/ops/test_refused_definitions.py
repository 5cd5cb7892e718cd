"""A wrong definition is refused when it is loaded: where, what is accepted, what was meant; the others are polled."""

from __future__ import annotations

import copy
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from ops.settings import ROOT
from ops.sources import load_source, load_sources, read_sources, schema
from schemas.errors import Misconfigured
from schemas.kinds import BY_NAME

DEFINITIONS = ROOT / "connectors" / "sources"


def definition(source: str = "hn_ip_service") -> Any:
    """A shipped one, to change."""
    return copy.deepcopy(shipped(source))


@cache
def shipped(source: str) -> Any:
    return yaml.load((DEFINITIONS / source / "source.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def changed(given: Any, path: str, value: Any) -> Any:
    """The definition with one key set (``None``: taken away)."""
    content = copy.deepcopy(given)
    *above, last = path.split(".")
    part = content
    for step in above:
        part = part.setdefault(step, {})
    if value is None:
        del part[last]
    else:
        part[last] = value
    return content


def written(content: Any) -> str:
    return str(yaml.dump(content, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False))


def refusal(folder: Path, content: Any) -> str:
    file = folder / content["id"] / "source.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(written(content), encoding="utf-8")
    with pytest.raises(Misconfigured) as caught:
        load_source(file)
    assert caught.value.code == "T3011" and caught.value.message.startswith(f"{file}: line ")
    return caught.value.message.removeprefix(f"{file}: ").partition(": ")[2]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("access.pace", "fast", "access/pace: 'fast' is no pace; accepted: 1/s, 2/s, 1/5s, 10/m"),
        (
            "access.robots",
            "ignored",
            "access/robots_reason: robots: ignored needs a reason of at least 8 characters: who allowed it, and where",
        ),
        ("access.robots_reason", "按协议调用的接口", "access/robots_reason: does nothing: access.robots is obeyed"),
        ("access.robots", "no", "access/robots: 'no' is none of obeyed, ignored"),
        ("access.pace", "9999/s", "access/pace: '9999/s' is more than a public platform is asked; at most 10/s"),
        ("access.every", "0s", "access/every: '0s' is no time at all; accepted: 90s, 30m, 6h, 1d"),
        ("access.pace", "1 / s", "access/pace: '1 / s' is no pace; accepted: 1/s, 2/s, 1/5s, 10/m"),
        (
            "access.window",
            "22:00-06:00",
            "access/window: '22:00-06:00' is no window within one day; accepted: 06:00-23:00, 00:00-24:00; "
            "a night is two: 22:00-24:00,00:00-06:00",
        ),
        (
            "access.window",
            "6:00-23:00",
            "access/window: '6:00-23:00' is no window within one day; accepted: 06:00-23:00, 00:00-24:00",
        ),
        (
            "access.window",
            "all day",
            "access/window: 'all day' is no window within one day; accepted: 06:00-23:00, 00:00-24:00",
        ),
        ("access.every", "hourly", "access/every: 'hourly' is no duration; accepted: 90s, 30m, 6h, 1d"),
        (
            "feeds.transfers.slice.reread",
            "12h",
            "feeds/transfers/slice/reread: '12h' is no number of whole days; accepted: 7d, 31d, 730d",
        ),
        ("access.charset", "gbk18030", "access/charset: 'gbk18030' is no charset; accepted: utf-8, gb18030, gbk, big5"),
        (
            "access.auth",
            {"style": "oauth"},
            "access/auth/style: 'oauth' is none of none, header, bearer, basic, token, oauth2, hmac_gateway, tif, "
            "md5_sorted, sha1_key, sm; did you mean oauth2?",
        ),
        ("access.auth", {"style": "basic", "secret": "KEY"}, "access/auth/account: style basic needs account"),
        (
            "access.auth",
            {"style": "header", "secret": "KEY", "cipher": "KEY"},
            "access/auth/cipher: does nothing with style header; accepted with: sm",
        ),
        (
            "access.auth",
            {"style": "token", "account": "hub", "secret": "KEY", "login": {"path": "/login"}},
            "access/auth/login/token: needs the place of the token in the answer",
        ),
        (
            "access.auth",
            {"style": "header"},
            "access/auth/secret: style header needs secret",
        ),
        ("access.style", "drop", "access/style: 'drop' is none of http, inbox"),
        ("access.base", "ip.example.invalid", "access/base: 'ip.example.invalid' is no address; accepted: https://…"),
        ("access.folder", "products", "access/folder: does nothing: access.style is http"),
        (
            "access.media",
            "text/html",
            None,  # JSON served as HTML is readable: records are declared
        ),
        (
            "authority",
            "regsiter",
            "authority: 'regsiter' is none of register, national, provincial, exchange, university, "
            "bank, centre, park, prefecture, vendor; did you mean register?",
        ),
        ("synthetic", True, "synthetic: is set by the hub for the stand-ins; accepted: nothing"),
        ("region", "430000", "region: no such key; accepted: id, name, authority, plan, access, feeds"),
        (
            "feeds.transfers.request.path",
            "https://evil.example/x",
            "feeds/transfers/request/path: 'evil.example' is no declared host; accepted: ip.example.invalid",
        ),
        (
            "feeds.transfers.filds",
            {},
            "feeds/transfers/filds: no such key; did you mean fields?; accepted: kind, name, phase, secrecy, every, "
            "request, paging, slice, html, file, detail, records, keyed, key, claims, absence, volatile, fields, text, constant, "
            "units, split, patches, values, drop, ignore, expect, definition",
        ),
        (
            "feeds.transfers.kind",
            "sale",
            f"feeds/transfers/kind: unknown kind 'sale'; known: announcement, {', '.join(BY_NAME)}",
        ),
        (
            "feeds.transfers.phase",
            "notcied",
            "feeds/transfers/phase: 'notcied' is no phase of transfer; accepted: noticed, "
            "recorded; did you mean noticed?",
        ),
        ("feeds.transfers.phase", None, "feeds/transfers/phase: transfer needs a phase; accepted: noticed, recorded"),
        (
            "feeds.transfers.request.body",
            {"page": 1},
            "feeds/transfers/request/body: does nothing with method GET; accepted with: POST",
        ),
        (
            "feeds.transfers.paging.parameter",
            "/page",
            "feeds/transfers/paging/parameter: '/page' points into request.body, which is not there",
        ),
        ("feeds.transfers.request", None, "feeds/transfers/request: a feed over HTTP needs request, with its path"),
        (
            "feeds.transfers.records",
            "data/list",
            "feeds/transfers/records: 'data/list' is no JSON Pointer; accepted: /data/list",
        ),
        ("feeds.transfers.paging.parameter", None, "feeds/transfers/paging/parameter: style page needs parameter"),
        (
            "feeds.transfers.paging.overlap",
            1,
            "feeds/transfers/paging/overlap: does nothing with style page; accepted with: offset",
        ),
        (
            "feeds.transfers.paging.limit",
            "pageSize",
            "feeds/transfers/paging/limit: no such key; accepted: style, "
            "parameter, first, ceiling, deepest, overlap, total, pages, next, more, expired, pattern, link, proof",
        ),
        (
            "feeds.transfers.slice.from",
            None,
            "feeds/transfers/slice/from: by day needs from, the parameter with the first day",
        ),
        ("feeds.transfers.slice.sweep", "6h", "feeds/transfers/slice/sweep: does nothing: slice.by is day"),
        ("feeds.supply.slice", {"reread": "7d"}, "feeds/supply/slice/reread: does nothing: slice.by is none"),
        (
            "feeds.supply.claims",
            {"filter": "发布日期"},
            "feeds/supply/claims/filter: does nothing without slice.by: day",
        ),
        ("feeds.supply.claims", {"ids": "stable"}, "feeds/supply/claims/ids: 'stable' is none of folded, exact"),
        (
            "feeds.transfers.absence",
            {"means": "withdrawn"},
            "feeds/transfers/absence/means: needs slice.by: none; a slice of days does not show what is gone",
        ),
        (
            "feeds.supply.absence",
            {"means": "cancelled"},
            "feeds/supply/absence/means: 'cancelled' is not said of a supply; accepted: nothing, withdrawn, left",
        ),
        (
            "feeds.transfers.absence",
            {"guard": "5%"},
            "feeds/transfers/absence/guard: does nothing: absence means nothing",
        ),
        (
            "feeds.transfers.file",
            {"pattern": "*"},
            "feeds/transfers/file: does nothing: no detail.attachments leads to a file",
        ),
        ("feeds.transfers.detail", {"path": "链接"}, "feeds/transfers/detail: needs html, whose cells hold the link"),
        (
            "feeds.transfers.fields.transferer",
            "转让方",
            "feeds/transfers/fields/transferer: 'transferer' is no field of "
            "transfer; accepted: patents, transferor, transferee, right, form, cause, related_party, effective_on, "
            "announced_on, signed_on, consideration, contract_number, ipc, title; did you mean transferor?",
        ),
        (
            "feeds.transfers.fields",
            {"patents.address": "地址"},
            "feeds/transfers/fields/patents.address: 'patents' is no "
            "party of transfer; accepted: transferor, transferee",
        ),
        (
            "feeds.transfers.fields",
            {"transferor.adress": "地址"},
            "feeds/transfers/fields/transferor.adress: 'adress' is "
            "no part of a party; accepted: address, credit_code, type, region, trade, staff, turnover, assets, size_on; did "
            "you mean address?",
        ),
        (
            "feeds.transfers.text",
            {"正文": "announcement"},
            "feeds/transfers/text: does nothing: kind is not announcement",
        ),
        (
            "feeds.transfers.units",
            {"title": "万元"},
            "feeds/transfers/units/title: 'title' is no field of this feed with an amount; accepted: consideration",
        ),
        (
            "feeds.transfers.units.consideration",
            "万圆",
            "feeds/transfers/units/consideration: '万圆' is no unit; accepted: "
            "分, 角, 元, 千元, 万, 万元, 十万元, 百万元, 千万元, 亿, 亿元",
        ),
        (
            "feeds.transfers.split.title",
            ["、"],
            "feeds/transfers/split/title: 'title' is no field of this feed with a list; accepted: patents",
        ),
        (
            "feeds.transfers.patches.price",
            {"x": "y"},
            "feeds/transfers/patches/price: 'price' is no field of this feed; "
            "accepted: patents, title, transferor, transferor.address, transferee, transferee.address, signed_on, "
            "consideration",
        ),
        (
            "feeds.licences.values.licence_kind",
            {"独占": "exclusiv"},
            "feeds/licences/values/licence_kind/独占: 'exclusiv' is "
            "no code of licence_kind; accepted: exclusive, sole, ordinary, cross, sublicence, open, unknown; did you mean "
            "exclusive?",
        ),
        (
            "feeds.contracts.values.phase.已登记",
            "registerd",
            "feeds/contracts/values/phase/已登记: 'registerd' is no phase of "
            "contract; accepted: registered, changed, cancelled; did you mean registered?",
        ),
        (
            "feeds.transfers.expect.fill",
            {"ipc": 0.9},
            "feeds/transfers/expect/fill/ipc: 'ipc' is no field of this feed; "
            "accepted: patents, title, transferor, transferor.address, transferee, transferee.address, signed_on, "
            "consideration",
        ),
        (
            "feeds.licences.constant",
            {"licence_kind": "exclusiv"},
            "feeds/licences/constant/licence_kind: 'exclusiv' is no code of licence_kind; accepted: exclusive, ",
        ),
        (
            "feeds.contracts.constant",
            {"phase": "registerd"},
            "feeds/contracts/constant/phase: 'registerd' is no phase of contract; accepted: registered, changed, cancelled; "
            "did you mean registered?",
        ),
        (
            "feeds.transfers.constant",
            {"effective_on": "soon"},
            "feeds/transfers/constant/effective_on: 'soon' ",
        ),
        (
            "feeds.licences.patches.licence_kind",
            {"其他": "ordinry"},
            "feeds/licences/patches/licence_kind/其他: 'ordinry' is no code of licence_kind; accepted: exclusive, sole, "
            "ordinary, cross, sublicence, open, unknown; did you mean ordinary?",
        ),
        ("feeds.licences.patches.licence_kind", {"其他": "普通许可"}, None),  # a word that `values` translates
        (
            "feeds.transfers.patches.consideration",
            {"x": "many"},
            "feeds/transfers/patches/consideration/x: 'many' ",
        ),
        (
            "feeds.transfers.claims.filter",
            "公布日期",
            "feeds/transfers/claims/filter: '公布日期' is no column of this feed; accepted: ",
        ),
        ("feeds.transfers.drop", ["转让方"], "feeds/transfers/drop/转让方: is read as transferor"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, str) else "",
)
def test_a_mistake_is_told_with_its_key_what_is_accepted_and_what_was_meant(
    tmp_path: Path, path: str, value: Any, message: str | None
) -> None:
    content = changed(definition(), path, value)
    if message is None:
        (tmp_path / "hn_ip_service").mkdir()
        (tmp_path / "hn_ip_service" / "source.yml").write_text(written(content))
        source = load_source(tmp_path / "hn_ip_service" / "source.yml")
        assert value in (source.access.media, source.feeds["licences"].patches.get("licence_kind"))
    else:
        assert message in refusal(tmp_path, content).splitlines()[0]


@pytest.mark.parametrize(
    ("source", "path", "value", "message"),
    [
        ("cnipa_gazette", "access.pace", "1/s", "access/pace: does nothing: access.style is inbox"),
        ("cnipa_gazette", "feeds.grants.file", None, "a feed of an inbox needs file, with the pattern of its names"),
        ("cnipa_gazette", "feeds.grants.request", {"path": "/x"}, "feeds/grants/request: does nothing: it is an inbox"),
        ("cnipa_gazette", "feeds.grants.file.sheet", 1, "does nothing with format csv; accepted with: xlsx"),
        ("cnipa_gazette", "feeds.transfers.file.element", None, "format xml needs element, the tag of one record"),
        (
            "cnipa_gazette",
            "feeds.transfers.phase",
            "recorded",
            "does nothing: the text of an announcement gives its phase",
        ),
        (
            "cnipa_gazette",
            "feeds.transfers.text",
            None,
            "kind announcement needs text, the column with the announcement",
        ),
        (
            "cnipa_gazette",
            "feeds.grants.file.columns",
            ["号", "名"],
            "feeds/grants/file/header: does nothing: columns says that there is no heading row",
        ),
        ("matching_activities", "feeds.activities.html.row", None, "needs one of row (with cells) and table"),
        ("matching_activities", "feeds.activities.html.table", "table", "needs one of row (with cells) and table"),
        (
            "cnipa_gazette",
            "feeds.grants.file.fill_down",
            ["专利名"],
            "feeds/grants/file/fill_down/0: '专利名' is no column of this feed; accepted: ",
        ),
        ("cnipa_gazette", "feeds.grants.absence", {"means": "left"}, "needs file.edition: snapshot"),
        ("matching_activities", "access.media", "application/json", "media is application/json; accepted: text/html"),
        ("matching_activities", "feeds.activities.html", None, "media is text/html: accepted: html (selectors)"),
        ("matching_activities", "feeds.activities.detail.path", "连接", "'连接' is no cell of html"),
        ("navigation_reports", "feeds.projects.paging", {"style": "next_link"}, "style next_link needs link"),
        ("hn_ip_service", "feeds.supply.paging", {"style": "next_link", "link": "a"}, "next_link needs html"),
        (
            "navigation_reports",
            "feeds.projects.detail.header_rows",
            2,
            "header_rows: does nothing: there is no detail.table",
        ),
        (
            "navigation_reports",
            "feeds.projects.detail.table",
            "table",
            "table needs header.contains: headings by which it is",
        ),
        ("matching_activities", "feeds.activities.paging.pattern", "index.html", "'index.html' has no number"),
        ("matching_activities", "feeds.activities.paging.pattern", None, "style numbered_files needs pattern"),
        ("hn_sme_service", "feeds.demands.paging.next", None, "feeds/demands/paging/next: style cursor needs next"),
        ("hn_sme_service", "feeds.demands.claims", {"total": "unreliable"}, "does nothing without paging.total"),
    ],
)
def test_a_key_that_nothing_reads_where_it_stands_is_refused(
    tmp_path: Path, source: str, path: str, value: Any, message: str
) -> None:
    assert message in refusal(tmp_path, changed(definition(source), path, value))


def test_the_line_is_that_of_the_key_and_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "hn_ip_service" / "source.yml"
    file.parent.mkdir()
    text = (DEFINITIONS / "hn_ip_service" / "source.yml").read_text(encoding="utf-8")
    file.write_text(text.replace("pace: 1/s", "pace: fast").replace("kind: pledge", "kind: pledges"), encoding="utf-8")
    lines = text.splitlines()
    with pytest.raises(Misconfigured) as caught:
        load_source(file)
    english, _, chinese = caught.value.message.partition(" · ")
    first, second = english.splitlines()
    assert first.startswith(f"{file}: line {lines.index('  pace: 1/s') + 1}: access/pace: ")
    assert second.startswith(f"line {lines.index('    kind: pledge') + 1}: feeds/pledges/kind: unknown kind 'pledges'")
    assert chinese == f"{file} 第 {lines.index('  pace: 1/s') + 1} 行 access/pace 有误(共 2 处)"


def test_the_next_step_names_the_line_and_the_key_that_was_meant(tmp_path: Path) -> None:
    file = tmp_path / "hn_ip_service" / "source.yml"
    file.parent.mkdir()
    text = (DEFINITIONS / "hn_ip_service" / "source.yml").read_text(encoding="utf-8")
    line = text.splitlines().index("    fields:") + 1
    for right, wrong, step in (
        ("    fields:", "    filds:", "write fields"),
        ("    fields:", "    zzz:", "correct feeds/supply/zzz"),
    ):
        file.write_text(text.replace(right, wrong, 1), encoding="utf-8")
        with pytest.raises(Misconfigured) as caught:
            load_source(file)
        assert caught.value.next_step == f"line {line} of {file}: {step}; then tongda sources check hn_ip_service"


def test_one_bad_definition_is_told_and_the_others_are_loaded(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    shutil.copytree(DEFINITIONS, tmp_path / "sources")
    bad = tmp_path / "sources" / "hn_sme_service" / "source.yml"
    bad.write_text(bad.read_text(encoding="utf-8").replace("pace: 1/s", "pace: fast"), encoding="utf-8")
    (tmp_path / "sources" / "protection_centre_1" / "source.yml").write_bytes(b"\xff\xfe\xff")
    loaded = read_sources(tmp_path / "sources")
    assert sorted(loaded.refused) == ["hn_sme_service", "protection_centre_1"]
    assert {name: error.code for name, error in loaded.refused.items()} == {
        "hn_sme_service": "T3011",
        "protection_centre_1": "T3010",
    }
    with caplog.at_level("ERROR", logger="tongda"):
        sources = load_sources(tmp_path / "sources")
    assert sources.keys() == {file.parent.name for file in DEFINITIONS.glob("*/source.yml")} - loaded.refused.keys()
    assert [record.getMessage() for record in caplog.records] == ["source_refused", "source_refused"]


SHARED = """
authority: park
access: {media: application/json, every: 2h, pace: 1/2s}
feeds:
  supply:
    kind: supply
    phase: open
    request: {path: /api/supply}
    records: /list
    key: /id
    fields: {title: 名称, summary: 简介}
"""
OWN = """
like: park
id: park_yl
name: 岳麓园区
access: {base: "https://yl.example.invalid", every: 1h}
feeds: {supply: {fields: {summary: null, title: 项目}}}
"""


def test_definitions_that_are_alike_share_what_they_have_in_common(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "park.yml").write_text(SHARED, encoding="utf-8")
    for name in ("park_yl", "park_kf"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "source.yml").write_text(OWN.replace("park_yl", name), encoding="utf-8")
    loaded = read_sources(tmp_path)
    assert (sorted(loaded.sources), loaded.refused) == (["park_kf", "park_yl"], {})
    source = loaded.sources["park_yl"]
    assert (source.name, source.access.base, source.access.every) == ("岳麓园区", "https://yl.example.invalid", "1h")
    assert (source.access.pace, source.feeds["supply"].fields) == ("1/2s", {"title": "项目"})


def test_a_mistake_in_what_is_shared_is_told_with_the_shared_file_and_its_line(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "park_yl").mkdir()
    shared, own = tmp_path / "shared" / "park.yml", tmp_path / "park_yl" / "source.yml"
    shared.write_text(SHARED.replace("records:", "recods:"), encoding="utf-8")
    own.write_text(OWN.replace("title: 项目", "titel: 项目"), encoding="utf-8")
    with pytest.raises(Misconfigured) as caught:
        load_source(own)
    line = SHARED.splitlines().index("    records: /list") + 1
    assert (
        f"{own}: {shared}: line {line}: feeds/supply/recods: no such key; did you mean records?" in caught.value.message
    )
    assert caught.value.next_step == f"line {line} of {shared}: write records; then tongda sources check park_yl"
    shared.write_text(SHARED, encoding="utf-8")
    with pytest.raises(Misconfigured) as caught:
        load_source(own)
    assert caught.value.message.startswith(f"{own}: line 6: feeds/supply/fields/titel: ")


def test_a_shared_definition_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "park.yml").write_text(SHARED, encoding="utf-8")
    content = {**definition(), "like": "parks"}
    assert "like: 'parks' is no shared definition; accepted: park; did you mean park?" in refusal(tmp_path, content)


def test_the_schema_for_editors_accepts_every_shipped_definition_and_no_unknown_key() -> None:
    made = schema()
    assert made["additionalProperties"] is False and "synthetic" not in made["properties"]
    assert {"like", "id", "access", "feeds"} <= made["properties"].keys()
    for file in DEFINITIONS.glob("*/source.yml"):
        assert yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader).keys() <= made["properties"].keys()
    assert made["$defs"]["Slice"]["properties"].keys() >= {"by", "from", "to", "sweep", "cut"}


def test_every_shipped_definition_is_without_complaint() -> None:
    assert read_sources(DEFINITIONS).refused == {}
