"""Personal 个人信息: telephone numbers, identity numbers and mail addresses in free text, found and taken out.

Several platforms write them into descriptions and remarks; they are personal data (docs/domain.md#personal-data). Names
are another matter: ``names.py``.
"""

from __future__ import annotations

import re
from typing import Final

PLACEHOLDER = "***"
# A resident's number: place, day of birth, serial, check character, which may be mistyped. A credit code begins with 9 or 5.
IDENTITY: Final = re.compile(
    r"(?<![0-9A-Za-z])[1-8]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
)
# Neither is a part of a longer number, before or after a decimal point.
MOBILE: Final = re.compile(r"(?<!\d)(?<!\d\.)1[3-9]\d{9}(?!\.?\d)")
LANDLINE: Final = re.compile(r"(?<!\d)(?<!\d\.)(?:0\d{2,3}[-—\s]?\d{7,8}|400-?\d{3}-?\d{4})(?!\.?\d)")
MAIL: Final = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
_ANY = re.compile("|".join(each.pattern for each in (IDENTITY, MOBILE, LANDLINE, MAIL)))


def without_personal(text: str) -> str:
    """The text with ``***`` in place of each of them."""
    return _ANY.sub(PLACEHOLDER, text)


def with_stand_ins(text: str) -> str:
    """The text with numbers and addresses of the same form that are nobody's, for samples that stand in the repository."""
    text = LANDLINE.sub(
        "0000-0000000", IDENTITY.sub("0" * 18, text)
    )  # before mobile numbers, whose stand-in looks like one
    return MAIL.sub("mail@example.invalid", MOBILE.sub("0" * 11, text))
