"""The release calendar: working days, a year ahead."""

from __future__ import annotations

from datetime import date, timedelta

from schemas import codes
from sinks.figures.calendar import calendar, due, is_settled, works


def test_a_month_is_published_on_the_third_and_the_fifth_working_day_after_it() -> None:
    found = {each: due(each)[1:] for each in ("2025-03", "2025-12", "2026-01", "2026-09")}
    assert found == {
        "2025-03": (date(2025, 4, 3), date(2025, 4, 8), False),  # 清明: the 4th to the 6th, then Monday and Tuesday
        "2025-12": (date(2026, 1, 6), date(2026, 1, 8), False),  # the 4th is a Sunday on which offices work
        "2026-01": (date(2026, 2, 4), date(2026, 2, 6), False),
        "2026-09": (date(2026, 10, 10), date(2026, 10, 13), False),  # after seven days of rest, a Saturday of work
    }


def test_dates_of_a_year_without_a_notice_are_tentative_and_keep_the_days_that_the_law_fixes() -> None:
    assert due("2030-04") == ("2030-04", date(2030, 5, 7), date(2030, 5, 9), True)
    assert not works(date(2030, 5, 1)) and works(date(2030, 5, 3)) and not works(date(2030, 5, 4))


def test_the_calendar_holds_the_month_that_ended_last_and_twelve_more() -> None:
    found = calendar(date(2026, 11, 30))
    assert [each.period for each in found] == [
        "2026-10",
        "2026-11",
        "2026-12",
        *(f"2027-{n:02d}" for n in range(1, 11)),
    ]
    assert [each.tentative for each in found] == [False, False] + [True] * 11
    assert all(each.counts_on < each.amounts_on and works(each.counts_on) for each in found)


def test_a_month_is_settled_when_the_next_one_is_published() -> None:
    last = due("2026-10").counts_on
    assert [is_settled("2026-09", day) for day in (last - timedelta(days=1), last)] == [False, True]


def test_the_notices_name_no_day_twice_and_no_weekend_as_extra_work_that_is_none() -> None:
    spans = [(date.fromisoformat(row["from"]), date.fromisoformat(row["to"])) for row in codes.rows("rest_days")]
    assert all(first <= last for first, last in spans)
    assert all(before[1] < after[0] for before, after in zip(spans, spans[1:], strict=False))
    assert all(date.fromisoformat(row["from"]).weekday() > 4 for row in codes.rows("rest_days") if row["is"] == "work")
