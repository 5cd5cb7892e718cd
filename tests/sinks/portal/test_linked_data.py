"""Catalogues and search engines read what a page is about; every address that they are told answers."""

from __future__ import annotations

import json
from typing import Any

from lxml import etree
from msgspec.structs import replace

from schemas.fields.money import Money
from schemas.fields.price import Price
from schemas.records.listing import organisation_id
from sinks.portal.show.linked_data import offer
from tests.sinks.conftest import Feeder, Portal
from tests.sinks.examples import PATENT, a_listing, a_party, a_point, a_transfer

BASE = "http://127.0.0.1:8080"


def of_page(portal: Portal, path: str) -> dict[str, Any]:
    (block,) = etree.HTML(portal.get(path).text).iterfind(".//script[@type='application/ld+json']")
    found: dict[str, Any] = json.loads(block.text)
    assert found["@context"] == "https://schema.org"
    return found


def test_pages_say_what_they_are_about_and_the_catalogue_has_every_figure(portal: Portal, feeder: Feeder) -> None:
    price = Price(basis="lump_sum", low=Money.of(1_234_500), high=Money.of(1_234_500), text="")
    named = '</script><script>alert("1")</script>'
    feeder.feed(a_listing(title=named, price=price), a_point(), a_point(dimensions={"area": "430000"}, period="2025"))
    feeder.feed(a_point(dimensions={"area": "430000"}, value="3"))
    short, owner = a_listing().id.split(":")[1], organisation_id(a_party("湘江大学").key).split(":")[1]
    offered = of_page(portal, f"/supply/{short}")
    assert (offered["@type"], offered["name"], offered["price"]) == ("Offer", named, "12345.00")
    assert offered["@id"] == f"{BASE}/supply/{short}" and offered["availability"] == "https://schema.org/InStock"
    assert offered["offeredBy"] == {"@type": "Organization", "@id": f"{BASE}/organisation/{owner}", "name": "湘江大学"}
    university = of_page(portal, f"/organisation/{owner}")
    assert (university["@type"], university["@id"]) == ("CollegeOrUniversity", offered["offeredBy"]["@id"])
    figure = of_page(portal, "/statistics/transfers")
    assert (figure["@type"], figure["temporalCoverage"]) == ("Dataset", "2025-03/2025-03")
    catalogue = portal.get("/dcat.jsonld")
    assert catalogue.headers["content-type"] == "application/ld+json"
    found = catalogue.json()
    (one,) = found["dcat:dataset"]
    assert (found["@type"], one["@id"], one["dcterms:identifier"]) == ("dcat:Catalog", figure["@id"], "transfers")
    told = [each["dcat:accessURL"]["@id"] for each in one["dcat:distribution"]]
    told += [each["dcat:endpointDescription"]["@id"] for each in found["dcat:service"]]
    told += [each["contentUrl"] for each in figure["distribution"]]
    told += [one["dcat:landingPage"]["@id"], figure["includedInDataCatalog"]["url"]]
    assert {address.removeprefix(BASE)[0] for address in told} == {"/"}
    for address in dict.fromkeys(told):
        portal.get(address.removeprefix(BASE))


def test_the_sitemap_leads_to_every_listing_on_offer_and_each_address_answers(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(*[a_listing(n) for n in range(1, 9)], a_listing(9, state="withdrawn"), a_point(), a_transfer())

    def addresses(path: str) -> list[str]:
        root = etree.fromstring(portal.get(path).content)
        return [text.removeprefix(BASE) for text in root.itertext("{*}loc")]

    parts = addresses("/sitemap.xml")
    found = [address for part in parts for address in addresses(part)]
    listed = [address for address in found if address.startswith("/supply/")]
    assert sorted(listed) == sorted(f"/supply/{a_listing(n).id.split(':')[1]}" for n in range(1, 9))
    assert {"/", "/listings", "/statistics/transfers", f"/patent/{PATENT}"} <= {*found}
    assert sum(address.startswith("/organisation/") for address in {*found}) == 1
    for address in dict.fromkeys([*listed[:1], *(each for each in found if each not in listed)]):
        portal.get(address)
    portal.get("/sitemaps/supply-g.xml", 404)
    portal.get("/sitemaps/supply-00.xml", 404)


def test_what_is_hidden_or_over_is_not_offered() -> None:
    found = offer(a_listing(kind="demand", state="withdrawn", owner="张*", patent_number=None), BASE)
    assert (found["@type"], found["availability"]) == ("Demand", "https://schema.org/Discontinued")
    assert "price" not in found, "negotiable is no price"
    assert "offeredBy" not in offer(replace(a_listing(), owner=None), BASE)
