"""Values 取值: the words of dimension values that no kind's field owns, in the order of display."""

from __future__ import annotations

from schemas.fields.industry import INDUSTRIES
from schemas.words import Term

UNKNOWN = Term("不明", "Unknown")
# GB/T 2260 order, the row order of the tables that the bureau prints.
PREFECTURES = {
    "430100": Term("长沙市", "Changsha"),
    "430200": Term("株洲市", "Zhuzhou"),
    "430300": Term("湘潭市", "Xiangtan"),
    "430400": Term("衡阳市", "Hengyang"),
    "430500": Term("邵阳市", "Shaoyang"),
    "430600": Term("岳阳市", "Yueyang"),
    "430700": Term("常德市", "Changde"),
    "430800": Term("张家界市", "Zhangjiajie"),
    "430900": Term("益阳市", "Yiyang"),
    "431000": Term("郴州市", "Chenzhou"),
    "431100": Term("永州市", "Yongzhou"),
    "431200": Term("怀化市", "Huaihua"),
    "431300": Term("娄底市", "Loudi"),
    "433100": Term("湘西州", "Xiangxi"),
}
OTHER, PROVINCE = "OTHER", "430000"
AREAS = {**PREFECTURES, OTHER: Term("其他", "Other"), PROVINCE: Term("全省", "Province")}
OUTSIDE = "outside"
COUNTER_AREAS = {
    **PREFECTURES,
    OTHER: AREAS[OTHER],
    OUTSIDE: Term("省外", "Other provinces"),
    "unknown": UNKNOWN,  # or abroad
}
RIGHT_TYPES = {
    "invention": Term("发明", "Invention"),
    "utility_model": Term("实用新型", "Utility model"),
    "design": Term("外观设计", "Design"),
}
RESEARCHERS = {
    "university": Term("高校", "University"),
    "research_institute": Term("科研机构", "Research institute"),
}
INDIVIDUAL = {"individual": Term("个人", "Individual")}
# The bureau's five classes: the first four are 职务.
PARTY_TYPES = {
    **RESEARCHERS,
    "enterprise": Term("企业", "Enterprise"),
    "public_body": Term("机关团体", "Public body"),
    **INDIVIDUAL,
    "unknown": UNKNOWN,
}
COUNTER_TYPES = {
    "sme": Term("中小企业", "SME"),
    "large": Term("大型企业", "Large enterprise"),
    **RESEARCHERS,
    **INDIVIDUAL,
    "unknown": UNKNOWN,
}
LOAN_BANDS = {
    "le_10m": Term("1000万元以下", "Up to ¥10 million"),
    "le_20m": Term("1000—2000万元", "¥10 to 20 million"),
    "gt_20m": Term("2000万元以上", "Over ¥20 million"),
    "unknown": UNKNOWN,
}
INDUSTRY_VALUES = {**INDUSTRIES, "unmapped": Term("未归类", "Unmapped")}
