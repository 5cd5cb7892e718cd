"""The holder of a key makes, sees and ends webhooks by the API; nobody else sees them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from sinks.store import keys
from sinks.store.database import Database
from tests.sinks.conftest import Feeder, Portal
from tests.sinks.webhooks.conftest import Sending
from tests.sinks.webhooks.receivers import Receiver
from tests.sinks.webhooks.test_webhooks import transfers

HOOKS = "/api/v1/webhooks"


class Holder:
    """Requests with a key."""

    def __init__(self, portal: Portal, key: str) -> None:
        self.portal, self.headers = portal, {"Authorization": f"Bearer {key}"}

    def ask(self, method: str, path: str, status: int = 200, **body: Any) -> httpx.Response:
        answer = self.portal.client.request(method, HOOKS + path, headers=self.headers, json=body or None)
        assert answer.status_code == status, answer.text
        return answer


@pytest.fixture
def holder(portal: Portal, key: str) -> Holder:
    return Holder(portal, key)


def test_a_webhook_is_made_verified_read_and_removed(
    holder: Holder, receiver: Receiver, feeder: Feeder, send: Sending
) -> None:
    made = holder.ask("POST", "", 201, url=receiver.url, topics=["tongda.transfer.v1"])
    new = made.json()
    assert (new["state"], made.headers["cache-control"]) == ("unverified", "no-store")
    send()
    feeder.feed(*transfers(3))
    send()
    found = holder.ask("GET", f"/{new['id']}").json()
    assert found == {
        **{name: value for name, value in new.items() if name != "secret"},
        "state": "active",
        "sequence": 3,
        "next_at": found["next_at"],
    }
    assert all(each.is_signed_by(new["secret"]) for each in receiver.received)
    pages = [holder.ask("GET", f"/{new['id']}/deliveries?limit=2").json()]
    pages.append(holder.ask("GET", f"/{new['id']}/deliveries?limit=2&cursor={pages[0]['next']}").json())
    assert [item["record"] for page in pages for item in page["items"]] == [each.id for each in reversed(transfers(3))]
    assert (pages[1]["next"], pages[0]["total"]) == (None, 3)
    message = pages[0]["items"][0]["id"]
    assert holder.ask("POST", f"/{new['id']}/deliveries/{message}/redeliver", 202).json() == {"id": message}
    send()
    assert [each.id for each in receiver.received].count(message) == 2
    assert holder.ask("POST", f"/{new['id']}/secret").json()["secret"] != new["secret"]
    assert holder.ask("POST", f"/{new['id']}/disable").json()["state"] == "disabled"
    assert holder.ask("POST", f"/{new['id']}/enable").json()["state"] == "unverified"
    holder.ask("DELETE", f"/{new['id']}", 204)
    assert holder.ask("GET", "").json()["items"] == []


def test_webhooks_are_seen_with_the_key_that_made_them_alone(holder: Holder, portal: Portal, db: Database) -> None:
    id = holder.ask("POST", "", 201, url="https://example.org/", topics=["tongda.contract.v1"]).json()["id"]
    other = Holder(portal, keys.make(db, "另一单位", "shared"))
    assert other.ask("GET", "").json()["items"] == []
    for method, path in (
        ("GET", ""),
        ("DELETE", ""),
        ("POST", "/secret"),
        ("POST", "/disable"),
        ("GET", "/deliveries"),
    ):
        other.ask(method, f"/{id}{path}", 404)
    nobody = Holder(portal, "")
    nobody.headers = {}
    nobody.ask("GET", "", 401)
    nobody.ask("POST", "", 401, url="https://example.org/", topics=["tongda.transfer.v1"])
    assert holder.ask("GET", "").json()["total"] == 1


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"url": "ftp://example.org/", "topics": ["tongda.transfer.v1"]}, "url"),
        ({"url": "https://user:x@example.org/", "topics": ["tongda.transfer.v1"]}, "url"),
        ({"url": "https://example.org:no/", "topics": ["tongda.transfer.v1"]}, "url"),
        ({"url": "https://example.org/", "topics": ["tongda.raw"]}, "topics"),
        ({"url": "https://example.org/", "topics": []}, "topics"),
        ({"url": "https://example.org/", "topics": ["tongda.transfer.v1"], "after": -1}, "after"),
        ({"url": "https://example.org/", "topics": ["tongda.transfer.v1"], "secret": "mine"}, "secret"),
    ],
)
def test_a_wrong_subscription_is_refused_with_the_name_of_what_is_wrong(
    holder: Holder, body: dict[str, Any], name: str
) -> None:
    errors = holder.ask("POST", "", 400, **body).json()["errors"]
    assert {error["name"] for error in errors} == {name}


def test_an_address_that_changes_something_names_its_methods_and_no_page_of_another_site_may_use_them(
    holder: Holder,
) -> None:
    options = holder.ask("OPTIONS", "", 204)
    assert options.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert options.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"
    assert holder.ask("OPTIONS", "/wh_1/secret", 204).headers["allow"] == "OPTIONS, POST"
    assert holder.ask("PUT", "", 405).headers["allow"] == "GET, HEAD, OPTIONS, POST"
