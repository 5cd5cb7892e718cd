"""What a page says of an event."""

from __future__ import annotations

import pytest

from sinks.portal.show.event_text import event_text
from tests.sinks.conftest import Feeder, Portal
from tests.sinks.examples import a_transfer

FIRST, SECOND = "202110123456.7", "202210765432.1"
BOTH = {"patents": (FIRST, SECOND)}


@pytest.mark.parametrize(
    ("subject", "heading"),
    [(f"patent:{FIRST}", FIRST), (f"patent:{SECOND}", SECOND), ("party:岳麓精密制造有限公司", FIRST)],
)
def test_an_event_over_several_patents_is_headed_with_the_one_it_is_about(subject: str, heading: str) -> None:
    assert event_text(a_transfer(subject=subject, statement=BOTH), "zh").heading == heading


def test_a_list_and_the_page_of_an_event_show_that_heading(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(
        *(a_transfer(id=f"transfer:{number}", subject=f"patent:{number}", statement=BOTH) for number in (FIRST, SECOND))
    )
    listed = portal.get("/events?kind=transfer").text
    for number in (FIRST, SECOND):
        assert f'class="item-title" href="/event/transfer/{number}">{number}</a>' in listed
        assert f"：{number}</h1>" in portal.get(f"/event/transfer/{number}").text
