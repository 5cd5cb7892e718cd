"""Term of a patent 专利权期限: until when a right can be in force at the latest, by its number alone."""

from __future__ import annotations

from schemas.fields.patent_number import right_type

# Years from the day of filing (Patent Law 2020, art. 42). The number tells the year of filing, not the day, so what is told is
# the last day of the last year. Compensation of a term (art. 42, 2 and 3), which the gazette announces, comes on top of it.
YEARS = {"invention": 20, "utility_model": 10, "design": 15}
DESIGN_BEFORE_2021 = 10  # designs filed until 2021-05-31 (the law of 2008)
COMPENSATED = "term_extended"  # the phase of the announcement


def filed_in(number: str) -> int:
    """The year of filing in a canonical number; of an entry from abroad the year of entry, which is later than its filing."""
    if len(number) == 14:
        return int(number[:4])
    year = int(number[:2])
    return year + (1900 if year >= 85 else 2000)


def last_day(number: str) -> str:
    """The last day on which the right of this number can be in force, without a compensated term."""
    year, right = filed_in(number), right_type(number)
    years = DESIGN_BEFORE_2021 if right == "design" and year < 2021 else YEARS[right]
    return f"{year + years}-12-31"
