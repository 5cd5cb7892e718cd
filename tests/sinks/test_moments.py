"""Every page and answer of figures as of an instant shows what was published then, and says so."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.sinks.conftest import Feeder, Portal
from tests.sinks.examples import K5_MONTHS, a_contribution, a_point, months_of

NOW, THEN = "22", "11"  # what the province's points say


def told(feeder: Feeder, revision: int, value: str, patents: list[str]) -> None:
    """Transfers of March in Changsha, as points and as the contributions behind them."""
    for area, period in (("430000", "2025-03"), ("430000", "2025"), ("430100", "2025-03"), ("430100", "2025")):
        feeder.feed(a_point(dimensions={"area": area}, period=period, value=value, revision=revision))
    feeder.feed(*(a_contribution(distinct=patent, revision=revision, occurred_on="2025-03-02") for patent in patents))


@pytest.fixture
def instant(portal: Portal, feeder: Feeder) -> str:
    """An instant after the first revision of everything and before the second."""
    told(feeder, 1, THEN, ["a", "b"])
    found = newest_commit(portal)
    told(feeder, 2, NOW, ["a", "b", "c"])
    return found


def newest_commit(portal: Portal) -> str:
    """As a parameter of an address."""
    return str(portal.get("/api/v1/sources").json()["as_of"]).replace("+", "%2B")


def cells(page: str) -> set[str]:
    return set(re.findall(r'<a class="cell[^>]*>([\d,.]+)</a>', page)) - {"0"}


@pytest.mark.parametrize("path", ["/statistics", "/statistics/monthly/2025-03", "/statistics/transfers"])
def test_a_page_of_figures_is_of_the_instant_and_its_heading_and_links_say_so(
    portal: Portal, instant: str, path: str
) -> None:
    now, then = portal.get(path).text, portal.get(f"{path}?as_of={instant}").text
    assert (NOW in cells(now), THEN in cells(now)) == (True, False)
    assert (NOW in cells(then), THEN in cells(then)) == (False, True)
    (heading,) = re.findall("<h1>(.*?)</h1>", then, re.S)
    assert "（时点 <time" in heading and "时点" not in re.findall("<h1>(.*?)</h1>", now, re.S)[0]
    assert "按时点 <time" in re.findall(r'<div class="printed">(.*?)</div>', then, re.S)[0]
    figures = [unescape(link) for link in re.findall(r'href="(/statistics[^"]*)"', then)]
    assert [link for link in figures if "as_of=" not in link and link not in ("/statistics", path)] == []
    english = portal.get(f"/en{path}?as_of={instant}").text
    assert "(as published at <time" in re.findall("<h1>(.*?)</h1>", english, re.S)[0]


def test_the_page_of_a_figure_before_its_first_number_says_that_nothing_was_published(
    portal: Portal, instant: str
) -> None:
    page = portal.get("/statistics/transfers?as_of=2020-01-01")
    assert cells(page.text) == set()
    assert (
        "该时点尚未公布本指标的任何数字" in page.text
        and "该时点尚未公布" not in portal.get("/statistics/transfers").text
    )
    assert "Nothing of this figure was published" in portal.get("/en/statistics/transfers?as_of=2020-01-01").text
    assert portal.get("/api/v1/statistics/transfers?as_of=2020-01-01").json()["items"] == []
    portal.get("/statistics/nothing?as_of=2020-01-01", status=404)


def test_an_explanation_and_the_answers_of_the_api_are_of_the_instant(portal: Portal, instant: str) -> None:
    asked = f"area=430000&period=2025-03&as_of={instant}"
    then = portal.get(f"/statistics/explanation?indicator=transfers&{asked}").text
    assert f'<p class="figure">{THEN}<small>' in then and "（时点 <time" in then
    (known,) = portal.get(f"/api/v1/statistics?as_of={instant}").json()["items"]
    (cell,) = portal.get(f"/api/v1/statistics/transfers?{asked}").json()["items"]
    assert (known["latest"]["value"], cell["value"]) == (THEN, THEN)
    why = portal.get(f"/api/v1/statistics/transfers/explain?{asked}").json()
    assert (why["counted"], why["total"]) == ("2", 2)
    assert portal.get("/api/v1/statistics?as_of=2020-01-01").json()["items"] == []


def test_goals_are_as_they_stood_at_the_instant(portal: Portal, feeder: Feeder) -> None:
    filed = {"indicator": "inclusive_loan_enterprises", "dimensions": {"area": "430000"}}
    feeder.feed(a_contribution(**filed, distinct="F", occurred_on="2025-03-01"), a_point(**filed, period="2025"))
    feeder.feed(*months_of("pledges", K5_MONTHS[:-1]))
    instant = newest_commit(portal)
    feeder.feed(a_contribution(**filed, distinct="G", occurred_on="2025-03-01"), *months_of("pledges", K5_MONTHS[-1:]))

    def goal(question: str) -> tuple[str, str, list[str]]:
        (found,) = portal.get(f"/api/v1/targets{question}").json()["items"]
        each = next(each for each in found["targets"] if each["id"] == "K6")
        return each["value"], each["status"], each["missing_months"]

    assert goal("") == ("2", "behind", [])
    assert goal(f"?as_of={instant}") == ("1", "not_covered", ["2025-06"])
    assert goal("?as_of=2020-01-01")[0] is None
    page = portal.get(f"/targets?as_of={instant}").text
    assert "（时点 <time" in page and "平台数据缺 2025-06（共 1 个月）" in page


def test_no_link_of_the_page_of_figures_leads_nowhere(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(
        *months_of("grants", ["2024-10"]), *months_of("transfers", ["2025-02"]), *months_of("pledges", ["2025-04"])
    )
    feeder.feed(
        *(a_point(indicator=name, dimensions={"area": "430000"}, period="2025") for name in ("grants", "pledges"))
    )
    links = set(re.findall(r'href="(/statistics[^"]*)"', portal.get("/statistics").text))
    assert {f"/statistics/monthly/2025-0{month}" for month in (2, 3, 4)} <= links
    assert {unescape(link) for link in links if portal.get(unescape(link), 200) is None} == set()


def test_an_indicator_page_gives_the_series_of_one_prefecture(portal: Portal, feeder: Feeder) -> None:
    for area, value in (("430000", "9"), ("430100", "7")):
        point = {"dimensions": {"area": area}, "value": value}
        feeder.feed(a_point(**point, period="2025-03"), a_point(**point, period="2025"))
        feeder.feed(a_point(dimensions={"area": area, "form": "whole"}, value=value, period="2025"))
    whole, city = (portal.get(f"/statistics/transfers{question}").text for question in ("", "?area=430100"))
    for page, name, value in ((whole, "全省", "9"), (city, "长沙市", "7")):
        months, forms = (
            re.findall(rf"<table><caption>[^<]*{name}{what}.*?</table>", page, re.S)
            for what in ("逐月", "，2025年累计")
        )
        assert [cells(each) for each in (*months, *forms)] == [{value}, {value}]
    assert re.findall("<h1>(.*?)</h1>", city) == ["专利转让次数 · 长沙市"]
    assert '<option value="430100" selected>' in city
    english = portal.get("/en/statistics/transfers?area=430100").text
    assert re.findall("<h1>(.*?)</h1>", english) == ["Patent transfers · Changsha"]
    assert "area" in portal.get("/statistics/transfers?area=999999", 400).text
