"""Numbers and addresses of persons in free text: each form is taken out, and what only looks like one stays."""

from __future__ import annotations

import pytest

from schemas.fields.personal import with_stand_ins, without_personal


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("联系13812345678。", "联系***。"),
        ("请拨13812345678.", "请拨***."),
        ("电话0731-88887777转8001", "电话***转8001"),
        ("电话 0731 8888777,热线400-888-1234", "电话 ***,热线***"),
        ("身份证430102198001011234", "身份证***"),
        ("身份证43010219800101123x。", "身份证***。"),
        ("邮箱 zhang.san@example.com.cn;备用", "邮箱 ***;备用"),
    ],
)
def test_each_form_is_taken_out(text: str, public: str) -> None:
    assert without_personal(text) == public


@pytest.mark.parametrize(
    "text",
    [
        "专利201310197593.0一种装置",
        "统一社会信用代码91430100712159116H",
        "12430000444885356W事业单位",
        "合同登记号2025430101000123",
        "转速13812345678901转",
        "系数0.013812345678",
        "430102198013011234 no month is 13",
        "见@公告",
    ],
)
def test_what_only_looks_like_one_stays(text: str) -> None:
    assert without_personal(text) == text


def test_stand_ins_have_the_same_form_and_are_nobody_s() -> None:
    text = "13812345678 0731-88887777 430102198001011234 a@b.cn"
    assert with_stand_ins(text) == "00000000000 0000-0000000 000000000000000000 mail@example.invalid"
