"""Numbers of registers 登记号、备案号、合同登记编号: opaque; a strange shape is a warning and the text is kept (docs/domain.md#register-numbers)."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from schemas.errors import Reject
from schemas.fields.memory import remembered

RECORDAL = re.compile(r"^[XY]?([12]\d{3})(\d{2})\d{7}$", re.ASCII)
DESTROYED = re.compile(r"^\d(?:\.\d+)?E\+?\d{1,3}$", re.ASCII)
LONGEST = 64


class RegisterNumber(NamedTuple):
    """A number as it is compared, and what is odd about it (empty: nothing)."""

    number: str
    warning: str = ""


def read_register_number(text: object) -> RegisterNumber:
    """许可备案号 or 质押登记号: a letter (since about 2018), year, place, serial. The place is the office's, no party's region.

    Kept as text whatever its shape. Raises register_number_missing; register_number_destroyed, for what a spreadsheet left.
    """
    if isinstance(text, (bool, float)) or not isinstance(text, (str, int)):
        raise Reject(
            "register_number_destroyed" if isinstance(text, float) else "register_number_missing",
            f"{text!r:.60} is not a number of a register",
        )
    shown = compared(text if isinstance(text, str) else str(text)[: LONGEST + 1])
    found = RECORDAL.match(shown)
    plausible = found is not None and 1985 <= int(found[1]) <= 2100
    return RegisterNumber(shown, "" if plausible else "recordal_number_shape")


@remembered(16_384)
def compared(text: str) -> str:
    """Half-width, upper case, without blanks. Raises register_number_missing, register_number_destroyed."""
    shown = "".join(unicodedata.normalize("NFKC", text[: 2 * LONGEST]).split()).upper()
    shown = unicodedata.normalize("NFKC", shown)  # signs that a blank separated may compose when it is removed
    if not shown or len(shown) > LONGEST or shown in ("-", "—", "无", "/"):
        raise Reject("register_number_missing", f"{text[:LONGEST]!r} is not a number of a register")
    if DESTROYED.match(shown):
        raise Reject("register_number_destroyed", f"{text!r} is a number destroyed by a spreadsheet")
    return shown
