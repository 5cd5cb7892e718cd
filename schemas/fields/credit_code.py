"""Credit code 统一社会信用代码 (GB 32100), and personal ids (GB 11643), which are dropped. The check characters of both are
python-stdnum's.

Of stdnum only the arithmetic is used. Its ``uscc.validate`` wants digits in the first eight places, where GB 32100 has
letters too (departments A … G, N, Y); its ``ric.validate`` passes over a number whose county is not in its list, and such a
number would reach a public page.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidComponent

from schemas.errors import Reject
from schemas.fields.patent_number import plain

SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: no I, O, S, V, Z
SHAPE = re.compile(rf"^[{SIGNS}]{{18}}$")
# A province or a place abroad (GB/T 2260; 99 is never issued and stands in tests), then 15 digits and the check character.
PERSONAL = re.compile(r"^(?:[1-8]\d|99)\d{15}[\dX]$", re.ASCII)
# GB 32100: the registering department and what it registers.
PREFIX_TYPES: dict[str, Literal["public_body", "enterprise"]] = {
    "11": "public_body",  # 机关
    "12": "public_body",  # 事业单位
    "13": "public_body",  # 群众团体 under 机构编制
    "19": "public_body",
    "51": "public_body",  # 社会团体
    "53": "public_body",  # 基金会
    "91": "enterprise",
    "92": "enterprise",  # 个体工商户
    "93": "enterprise",  # 农民专业合作社
}


@lru_cache(maxsize=32_768)
def read_credit_code(text: str) -> str:
    """18 characters whose check character fits.

    Raises ``Reject``: personal_id_dropped (a citizen's number: it must go no further; the message does not repeat it),
    credit_code_shape, credit_code_check_digit.
    """
    shown = plain(text, "credit_code_shape")
    if not SHAPE.match(shown):
        raise Reject("credit_code_shape", f"{shown[:2]}… is no credit code: 18 characters of {SIGNS}")
    if credit_check(shown[:17]) == shown[17]:
        return shown
    if is_personal_id(shown):
        raise Reject("personal_id_dropped", "a personal id stands where a credit code should")
    raise Reject("credit_code_check_digit", f"{shown}: the check character should be {credit_check(shown[:17])}")


def party_type_of(credit_code: str) -> Literal["public_body", "enterprise"] | None:
    """What the first two characters stand for; 事业单位 (12) may be a university too, so lists and names go first."""
    return PREFIX_TYPES.get(credit_code[:2])


def credit_check(first17: str) -> str:
    """The check character of 17 signs: weights 3^0 … 3^16, modulo 31 (GB 32100)."""
    return uscc.calc_check_digit(first17)


def is_personal_id(text: str) -> bool:
    """A resident's number (GB 11643): a date of birth that exists and a check character that fits."""
    shown = text.strip().upper()
    if not PERSONAL.match(shown) or ric.calc_check_digit(shown) != shown[17]:
        return False
    try:
        ric.get_birth_date(shown)
    except InvalidComponent:
        return False
    return True
