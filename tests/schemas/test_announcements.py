"""Gazette texts: real wordings in every wrapper, the holder rule, titles however dirty. No natural person's name stands here."""

from __future__ import annotations

import pytest

from schemas.errors import Reject
from schemas.fields.names import name_key
from schemas.gazette.announcement import read_announcement
from schemas.gazette.grammar import meaning_of
from schemas.gazette.holders import passage
from schemas.gazette.related import related
from schemas.gazette.wrapper import split_wrapper
from tests.measures.interface import wrapped_in

PARTIAL = (
    "专利权的转移IPC(主分类):A41D   1/00;变更事项:专利权人;变更前权利人:辉能科技股份有限公司;变更后权利人:辉能科技股份有限公司;变更事项:地址;"
    "变更前权利人:中国台湾台北县五股乡五工路127号4楼;变更后权利人:中国台湾台北县五股乡五工路127号4楼;变更事项:专利权人;"
    "变更前权利人:明瑜创新股份有限公司;变更后权利人:英属开曼群岛商辉能控股股份有限公司;登记生效日:20121116;"
)
EXIT = (
    "专利权的转移\nIPC(主分类):C12N1/20\n登记生效日:20200731\n变更前专利权人:南京轩凯生物科技有限公司\n变更前地址:210029 江苏省南京市高新开发区15号楼509-5室\n"
    "变更后专利权人:南京轩凯生物科技有限公司\n变更后地址:210000 江苏省南京市江北新区新锦湖路3-1号\n变更前共同专利权人:南京工业大学\n变更后:"
)
SLASHED = (
    "专利权的转移\n变更事项=专利权人/地址/专利权人\n变更前权利人=中科创达软件股份有限公司/100083 北京市海淀区清华东路9号院3号楼创达大厦/无\n"
    "变更后权利人=中科创达软件股份有限公司/100083 北京市海淀区清华东路9号创达大厦1层101-105室（东升地区）/畅索软件科技（上海）有限公司\n登记生效日=2022.11.10"
)
ENTRY_OF_FOUR = (
    "专利权的转移\nIPC(主分类):H05B  41/36\n变更事项:专利权人\n变更前权利人:中科创达软件股份有限公司\n变更后权利人:中科创达软件股份有限公司\n变更事项:专利权人\n"
    "变更后权利人:畅索软件科技（上海）有限公司 中科创达软件科技（深圳）有限公司 南京中科创达软件科技有限公司 成都中科创达软件有限公司\n登记生效日:20140411"
)


@pytest.mark.parametrize(
    ("text", "form", "givers", "takers", "effective_on"),
    [
        (PARTIAL, "partial", ("明瑜创新股份有限公司",), ("英属开曼群岛商辉能控股股份有限公司",), "2012-11-16"),
        (EXIT, "exit", ("南京工业大学",), ("南京轩凯生物科技有限公司",), "2020-07-31"),
        (SLASHED, "entry", ("中科创达软件股份有限公司",), ("畅索软件科技（上海）有限公司",), "2022-11-10"),
        (
            ENTRY_OF_FOUR,
            "entry",
            ("中科创达软件股份有限公司",),
            (
                "畅索软件科技（上海）有限公司",
                "中科创达软件科技（深圳）有限公司",
                "南京中科创达软件科技有限公司",
                "成都中科创达软件有限公司",
            ),
            "2014-04-11",
        ),
    ],
)
def test_the_holder_rule_tells_giver_from_taker(
    text: str, form: str, givers: tuple[str, ...], takers: tuple[str, ...], effective_on: str
) -> None:
    read = read_announcement(text)
    assert (read.kind, read.phase, read.right) == ("transfer", "recorded", "patent_right")
    assert (read.form, read.givers, read.takers, read.effective_on) == (form, givers, takers, effective_on)


def test_a_co_owner_who_leaves_is_the_assignor_and_the_address_follows_who_stays() -> None:
    addresses = dict(read_announcement(EXIT).addresses)
    assert addresses[name_key("南京轩凯生物科技有限公司")] == "210000 江苏省南京市江北新区新锦湖路3-1号"


def test_the_right_to_apply_shows_in_the_labels_of_a_joint_title() -> None:
    read = read_announcement(
        "登记生效日：20201130；变更前申请人：阿里巴巴集团控股有限公司；变更后申请人：斑马智行网络(香港)有限公司。",
        title="专利申请权、专利权的转移",
        announced_on="20201211",
    )
    assert (read.right, read.form, read.announced_on, read.takers) == (
        "right_to_apply",
        "whole",
        "2020-12-11",
        ("斑马智行网络(香港)有限公司",),
    )


def test_a_transfer_that_only_moves_the_address_is_no_transfer() -> None:
    read = read_announcement(
        "专利权的转移\n变更事项:专利权人\n变更前权利人:甲有限公司\n变更后权利人:甲 有限公司\n"
        "变更事项:地址\n变更前权利人:410000 长沙\n变更后权利人:412000 株洲"
    )
    assert (read.kind, read.phase) == ("legal-status", "holder_data_changed")


def test_a_rename_gives_both_names_and_a_mere_address_gives_none() -> None:
    title = "专利权人的姓名或者名称、地址的变更"
    renamed = read_announcement(
        f"{title}\n主分类号:10-05\n变更事项:专利权人\n变更前:深圳市一道通科技有限公司\n变更后:深圳一道通科技股份有限公司"
    )
    assert (renamed.phase, renamed.renamed_from, renamed.renamed_to, renamed.ipc) == (
        "holder_renamed",
        ("深圳市一道通科技有限公司",),
        ("深圳一道通科技股份有限公司",),
        ("10-05",),
    )
    moved = read_announcement(
        f"{title}\n变更事项:专利权人/地址\n变更前:甲公司/旧路1号\n变更后:甲公司/新路2号", code="CP01"
    )
    assert (moved.phase, moved.renamed_to, moved.code) == ("holder_data_changed", (), "CP01")


def test_a_person_in_a_rename_is_masked() -> None:
    read = read_announcement("专利权人的姓名或者名称的变更\n变更事项:专利权人\n变更前:张某某\n变更后:李某某")
    assert (read.renamed_from, read.renamed_to) == (("张*",), ("李*",))


def test_a_correction_of_an_inventor_keeps_no_name() -> None:
    read = read_announcement("发明专利公报更正\n更正项目=发明人\n误=张某某\n正=李某某\n卷=35")
    assert (read.phase, read.details) == ("corrected", {"更正项目": "发明人", "卷": "35"})


def test_a_pledge_is_registered_changed_and_released() -> None:
    registered = read_announcement(
        "专利权质押合同登记的生效IPC(主分类):B65G 1/04;专利号:ZL2012104641706;登记号:Y2024980000123;登记生效日:20240105;"
        "出质人:湖南某某科技有限公司;质权人:长沙银行股份有限公司科技支行;发明名称:一种装置;申请日:20121116;授权公告日:20150325"
    )
    assert (
        registered.phase,
        registered.registered_on,
        registered.patents,
        registered.registration_number,
        registered.effective_on,
    ) == ("registered", "2024-01-05", ("201210464170.6",), "Y2024980000123", None)
    changed = read_announcement(
        "专利权质押合同登记的变更\n登记号:2014990000567\n变更日:20150601\n变更事项:质权人\n变更前:甲银行\n变更后:乙银行"
    )
    assert (changed.phase, changed.changed_on, changed.takers, changed.before) == (
        "changed",
        "2015-06-01",
        ("乙银行",),
        ("甲银行",),
    )
    released = read_announcement(
        "专利号:ZL201210464170.6\n登记号:Y2024980000123\n解除日:20250105\n出质人:甲公司\n质权人:乙银行",
        title="专利权质押合同登记的生效、变更及注销",
    )
    assert (released.phase, released.released_on) == ("released", "2025-01-05")


@pytest.mark.parametrize(
    ("topic", "givers", "takers"),
    [
        ("许可人", ("乙公司",), ()),
        ("被许可人", (), ("乙公司",)),
        ("让与人", ("乙公司",), ()),
        ("受让人", (), ("乙公司",)),
        ("合同履行期限", (), ()),
    ],
)
def test_a_changed_party_of_a_licence_is_on_the_side_of_its_topic(
    topic: str, givers: tuple[str, ...], takers: tuple[str, ...]
) -> None:
    read = read_announcement(
        f"专利实施许可合同备案的变更\n合同备案号:X2023980001234\n变更事项:{topic}\n变更前:甲公司\n变更后:乙公司"
    )
    changed = ("甲公司",) if givers or takers else ()
    assert (read.phase, read.before, read.givers, read.takers) == ("changed", changed, givers, takers)


def test_a_licence_has_its_kind_and_number() -> None:
    read = read_announcement(
        "专利实施许可合同备案的生效\n合同备案号:X2023980001234\n让与人:湖南大学\n受让人:湖南某某生物科技有限公司\n"
        "发明名称:一种菌株\n许可种类:独占许可\n备案日期:20231201"
    )
    assert (
        read.kind,
        read.phase,
        read.licence_kind,
        read.recorded_on,
        read.givers,
        read.takers,
        read.recordal_number,
        read.invention,
    ) == (
        "licence",
        "recorded",
        "exclusive",
        "2023-12-01",
        ("湖南大学",),
        ("湖南某某生物科技有限公司",),
        "X2023980001234",
        "一种菌株",
    )


def test_an_open_licence_carries_its_terms() -> None:
    read = read_announcement(
        "专利开放许可声明\n专利号:ZL201210464170.6\n专利权人:中南大学\n许可使用费支付方式和标准:一次总付,5万元\n"
        "许可期限:2024年3月1日至2027年2月28日"
    )
    assert (read.kind, read.phase, read.givers, read.fee, read.term) == (
        "open-licence",
        "declared",
        ("中南大学",),
        "一次总付,5万元",
        "2024年3月1日至2027年2月28日",
    )


@pytest.mark.parametrize(
    ("title", "meaning"),
    [
        ("专利权的终止(未缴年费专利权终止)", "lapsed"),
        ("专利权的终止(①未缴年费专利权终止)", "lapsed"),
        ("专利权的终止未缴纳年费专利权终止", "lapsed"),
        ("专利权的无效、部分无效宣告专利权全部无效", "invalidated"),
        ("其他有关事项(避免重复授权放弃专利权)", "abandoned"),
        ("专利权的撤销专利权全部撤销", "revoked"),
        ("实质审查请求的生效", "examination_started"),
        ("专利权有效期届满", "expired"),
        ("专利权的保全", "preserved"),
        ("专利权保全的解除", "preservation_lifted"),
        ("权利的恢复", "restored"),
        ("外观设计专利权授予", "granted"),
        ("发明专利申请公布后的视为撤回", "deemed_withdrawn"),
        ("发明专利申请公布后的撤回", "withdrawn"),
        ("发明专利申请更正", "corrected"),
        ("药品专利权期限补偿", "term_extended"),
        ("著录事项变更", "biblio_changed"),
        ("专利权的主动放弃", "abandoned"),
        ("专利权部分无效", "partly_invalidated"),
    ],
)
def test_a_dirty_title_is_understood(title: str, meaning: str) -> None:
    found = meaning_of(title)
    assert found is not None and (found.kind, found.phase) == ("legal-status", meaning)


def test_a_bare_invalidation_is_decided_by_its_conclusion() -> None:
    assert (
        read_announcement("无效公告\n无效宣告决定号:12345\n审查结论:宣告专利权部分无效").phase == "partly_invalidated"
    )
    with pytest.raises(Reject) as refused:
        read_announcement("无效公告\n审查结论:维持专利权有效")
    assert refused.value.reason == "invalidation_unread"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "gazette_title_unknown"),
        ("某种公告", "gazette_title_unknown"),
        ("专利权的转移", "holders_missing"),
        ("专利权的转移;变更事项:专利权人/地址;变更前权利人:A/S公司/甲/乙;变更后权利人:乙/丙", "holder_groups_unequal"),
        ("专利实施许可合同备案的生效;发明名称:一种 变更前:状态的方法;让与人:甲公司", "label_in_value"),
        (
            "专利申请权、专利权的转移;变更前权利人:甲公司;变更后权利人:乙公司;登记生效日:20200101",
            "transfer_right_unknown",
        ),
        ("专利权的转移;登记生效日:20209999;变更前专利权人:甲公司;变更后专利权人:乙公司", "date_unreadable"),
        ("专利开放许可声明;专利号:ZL201210464170.5", "patent_number_check_digit"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(Reject) as refused:
        read_announcement(text)
    assert refused.value.reason == reason


def test_a_text_that_speaks_of_another_patent_than_its_table_is_refused() -> None:
    with pytest.raises(Reject) as refused:
        read_announcement("专利开放许可声明;专利号:ZL201210464170.6", patent="202080072898.7")
    assert refused.value.reason == "patent_number_conflict"


def test_records_of_an_export_follow_each_other_with_or_without_a_mark() -> None:
    record = "法律状态公告日：20150819;\n法律状态：实质审查的生效;\n描述信息：实质审查的生效IPC(主分类):G01M   7/08;&nbsp;&nbsp;申请日:20150409;"
    for joined in (f"#{record}#{record}", record + record):
        first, second = (read_announcement(wrapped) for wrapped in split_wrapper(joined))
        assert first == second
        assert (first.announced_on, first.ipc, first.filed_on, first.phase) == (
            "2015-08-19",
            ("G01M7/08",),
            "2015-04-09",
            "examination_started",
        )


def test_a_vendors_cell_and_a_summary_fall_into_their_announcements() -> None:
    cell = (
        "3  2021.09.03 公开 公开\n\n2021.09.21 实质审查的生效 实质审查的生效\n申请日=2021.04.19\n\n2022.05.24 授权 授权"
    )
    assert [read_announcement(wrapped).phase for wrapped in split_wrapper(cell)] == [
        "published",
        "examination_started",
        "granted",
    ]
    assert [wrapped.announced_on for wrapped in split_wrapper("2020.12.22#授权;2020.08.21#公开")] == [
        "2020-12-22",
        "2020-08-21",
    ]


def test_tags_of_a_spreadsheet_are_sides() -> None:
    for text in (
        "专利权的转移\n变更项目:专利权人\n<变更前>甲有限公司</变更前>\n<变更后>乙有限公司</变更后>\n登记生效日:20200101",
        "专利权的转移<变更前>变更前专利权人:甲有限公司</变更前><变更后>变更后专利权人:乙有限公司</变更后>登记生效日:20200101",
    ):
        read = read_announcement(text)
        assert (read.form, read.givers, read.takers) == ("whole", ("甲有限公司",), ("乙有限公司",)), text


def test_an_interface_that_escapes_line_ends_or_has_no_content_is_read() -> None:
    answer = {
        "transactions": [
            {
                "content": "IPC(主分类): G06F 1/00\\n专利申请号: CN201010263656.4",
                "date": "2011-03-09",
                "type": "实质审查的生效",
            },
            {"content": None, "date": "2013-03-13", "type": "授权"},
        ]
    }
    first, second = (read_announcement(wrapped) for wrapped in wrapped_in(answer))
    assert (first.patents, first.announced_on, second.phase) == (("201010263656.4",), "2011-03-09", "granted")


def test_the_table_of_passages_is_complete() -> None:
    assert [
        passage(tuple(before), tuple(after)).form
        for before, after in (("AB", "BA"), ("A", "B"), ("AB", "B"), ("A", "AB"), ("AB", "BC"))
    ] == [None, "whole", "exit", "entry", "partial"]


def test_companies_with_one_stem_are_related() -> None:
    assert related(("中科创达软件股份有限公司",), ("南京中科创达软件科技有限公司",))
    assert not related(("中科创达软件股份有限公司",), ("畅索软件科技（上海）有限公司",))
