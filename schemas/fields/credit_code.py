"""Credit code 统一社会信用代码 (GB 32100), the organisation code within it (GB 11714), and personal ids (GB 11643), which
are dropped. Check characters of GB 32100 and GB 11643 are python-stdnum's; it has no GB 11714, so that one is ours.

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
ORGANISATION = re.compile(r"^([0-9A-Z]{8})([0-9X])$", re.ASCII)
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714
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


def read_organisation_code(text: str) -> str:
    """An old organisation code as ``59963405-X``. Raises organisation_code_shape, organisation_code_check_digit."""
    found = ORGANISATION.match(plain(text, "organisation_code_shape"))
    if not found:
        raise Reject("organisation_code_shape", f"{text!r} is no organisation code; accepted: 59963405-X")
    if org_check(found[1]) != found[2]:
        raise Reject("organisation_code_check_digit", f"{text!r}: the check character should be {org_check(found[1])}")
    return f"{found[1]}-{found[2]}"


def organisation_code_of(credit_code: str) -> str:
    """The organisation code within a credit code; the reverse cannot be derived."""
    return f"{credit_code[8:16]}-{credit_code[16]}"


def party_type_of(credit_code: str) -> Literal["public_body", "enterprise"] | None:
    """What the first two characters stand for; 事业单位 (12) may be a university too, so lists and names go first."""
    return PREFIX_TYPES.get(credit_code[:2])


def credit_check(first17: str) -> str:
    """The check character of 17 signs: weights 3^0 … 3^16, modulo 31 (GB 32100)."""
    return uscc.calc_check_digit(first17)


def org_check(first8: str) -> str:
    """The check character of 8 signs: weighted sum modulo 11, 10 is X (GB 11714). Letters count 10 … 35."""
    total = sum(int(sign, 36) * weight for sign, weight in zip(first8, ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


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
