"""The term of a patent: the last day on which it can be in force, by its number."""

from __future__ import annotations

from schemas.fields.patent_term import last_day

CASES = {
    "202110123456.7": "2041-12-31",  # 发明, 20 years
    "201821362080.5": "2028-12-31",  # 实用新型, 10 years
    "201830458379.X": "2028-12-31",  # 外观设计 by the law of 2008, 10 years
    "202330458379.X": "2038-12-31",  # 外观设计, 15 years
    "201980012345.6": "2039-12-31",  # an invention that came from abroad
    "95115608.X": "2015-12-31",
    "01212345.6": "2011-12-31",
}


def test_a_right_ends_with_the_term_of_its_type_counted_from_the_year_of_filing() -> None:
    assert {number: last_day(number) for number in CASES} == CASES
