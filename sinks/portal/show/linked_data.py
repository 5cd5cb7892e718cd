"""Linked data: what search engines and catalogues read: schema.org of pages, DCAT 3 of the figures. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from schemas.figures.values import PROVINCE
from schemas.records.listing import Listing
from schemas.words import Term
from sinks.portal.read.answers import Organisation
from sinks.portal.read.figure_answers import Indicator
from sinks.portal.show import sdmx, words
from sinks.portal.show.helpers import short_id

Json = dict[str, Any]
SCHEMA_ORG = "https://schema.org"
IANA = "https://www.iana.org/assignments/media-types/"
PUBLISHER = Term("通达 · 湖南专利转化运用信息枢纽", "Tongda, Hunan hub for patents at work")
CATALOGUE = Term("湖南省专利转化运用统计数据目录", "Catalogue of Hunan's figures of patents at work")
FORMS = (("csv", "text/csv"), ("json", "application/json"), ("ndjson", "application/x-ndjson"))
CONTEXT: Json = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_PLACE: Json = {"@type": "dcterms:Location", "dcterms:identifier": PROVINCE, "dcterms:title": "湖南省"}  # GB/T 2260
AVAILABLE = {"open": "InStock", "reserved": "LimitedAvailability", "concluded": "SoldOut"}


def catalogue(indicators: Sequence[Indicator], base: str) -> Json:
    """Every figure as a dataset with its forms, and the two services that serve them."""
    return {
        "@context": CONTEXT,
        "@id": f"{base}/dcat.jsonld",
        "@type": "dcat:Catalog",
        "dcterms:title": _texts(CATALOGUE),
        "dcterms:publisher": {
            "@type": "foaf:Agent",
            "foaf:name": _texts(PUBLISHER),
            "foaf:homepage": _link(base + "/"),
        },
        "dcterms:language": ["zh", "en"],
        "dcterms:spatial": _PLACE,
        "dcat:dataset": [_dataset(each, base) for each in indicators],
        "dcat:service": [
            _service(Term("接口", "API"), f"{base}/api/v1", f"{base}/openapi.json"),
            _service(
                Term("SDMX 接口", "SDMX"), f"{base}/sdmx/3.0", f"{base}/sdmx/3.0/structure/dataflow/{sdmx.AGENCY}/*/*"
            ),
        ],
    }


def _dataset(indicator: Indicator, base: str) -> Json:
    name, at = indicator.indicator, f"{base}/api/v1/statistics/{indicator.indicator}"
    flow = f"{base}/sdmx/3.0/data/dataflow/{sdmx.AGENCY}/{name}/{sdmx.version_of(indicator)}"
    files = [_distribution(at if form == "json" else f"{at}.{form}", media) for form, media in FORMS]
    found: Json = {
        "@id": f"{base}/statistics/{name}",
        "@type": "dcat:Dataset",
        "dcterms:identifier": name,
        "dcterms:title": _texts(_label(indicator)),
        "dcterms:description": _texts(Term(words.definition(name), words.definition(name, "en"))),
        "dcat:landingPage": _link(f"{base}/statistics/{name}"),
        "dcat:version": str(indicator.def_version),
        "dcterms:spatial": _PLACE,
        "dcat:distribution": [*files, _distribution(flow, "application/vnd.sdmx.data+json")],
    }
    if indicator.periods:
        first, last = indicator.periods
        found["dcterms:temporal"] = {
            "@type": "dcterms:PeriodOfTime",
            "dcat:startDate": {"@type": "xsd:gYearMonth", "@value": first},
            "dcat:endDate": {"@type": "xsd:gYearMonth", "@value": last},
        }
    if indicator.latest:
        found["dcterms:modified"] = {"@type": "xsd:dateTime", "@value": indicator.latest.as_of}
    return found


def dataset(indicator: Indicator, base: str) -> Json:
    """The page of a figure."""
    name, label, at = indicator.indicator, _label(indicator), f"{base}/api/v1/statistics/{indicator.indicator}"
    found: Json = {
        "@context": SCHEMA_ORG,
        "@type": "Dataset",
        "@id": f"{base}/statistics/{name}",
        "url": f"{base}/statistics/{name}",
        "identifier": name,
        "name": label.zh,
        "alternateName": label.en,
        "description": words.definition(name) or label.zh,
        "isAccessibleForFree": True,
        "spatialCoverage": {"@type": "Place", "name": "湖南省", "identifier": PROVINCE},
        "includedInDataCatalog": {"@type": "DataCatalog", "url": f"{base}/dcat.jsonld"},
        "creator": {"@type": "Organization", "name": PUBLISHER.zh, "url": base + "/"},
        "distribution": [
            {"@type": "DataDownload", "encodingFormat": media, "contentUrl": at if form == "json" else f"{at}.{form}"}
            for form, media in FORMS
        ],
    }
    if indicator.periods:
        found["temporalCoverage"] = "/".join(indicator.periods)
    if indicator.latest:
        found["dateModified"] = indicator.latest.as_of
    return found


def offer(listing: Listing, base: str) -> Json:
    """The page of a listing: what somebody offers, or what somebody looks for."""
    found: Json = {
        "@context": SCHEMA_ORG,
        "@type": "Demand" if listing.kind == "demand" else "Offer",
        "@id": _page(listing, base),
        "url": _page(listing, base),
        "identifier": listing.id,
        "name": listing.title,
        "areaServed": words.word("area", listing.area) if listing.area else None,
        "availability": f"{SCHEMA_ORG}/{AVAILABLE.get(listing.state, 'Discontinued')}",
        "availabilityStarts": listing.posted_on,
        "availabilityEnds": listing.valid_until,
        "itemOffered": _offered(listing),
    }
    if listing.owner and listing.owner.organisation_id:
        found["offeredBy"] = {
            "@type": "Organization",
            "@id": f"{base}/organisation/{short_id(listing.owner.organisation_id)}",
            "name": listing.owner.name,
        }
    if listing.price.basis in ("lump_sum", "free") and listing.price.low:
        found |= {"price": listing.price.low.value, "priceCurrency": "CNY"}
    return {name: value for name, value in found.items() if value is not None}


def organisation(one: Organisation, aliases: Sequence[str], base: str) -> Json:
    """The page of an organisation."""
    found: Json = {
        "@context": SCHEMA_ORG,
        "@type": "CollegeOrUniversity" if one.party_type == "university" else "Organization",
        "@id": f"{base}/organisation/{short_id(one.id)}",
        "url": f"{base}/organisation/{short_id(one.id)}",
        "name": one.name,
        "alternateName": [*aliases] or None,
        "taxID": one.credit_code,
        "address": {"@type": "PostalAddress", "addressRegion": words.word("area", one.region), "addressCountry": "CN"}
        if one.region
        else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _offered(listing: Listing) -> Json:
    about: Json = {"@type": "CreativeWork", "name": listing.title, "keywords": [*listing.keywords] or None}
    if listing.patent_number:
        about["identifier"] = {"@type": "PropertyValue", "propertyID": "CN patent", "value": listing.patent_number}
    return {name: value for name, value in about.items() if value is not None}


def _page(listing: Listing, base: str) -> str:
    return f"{base}/{listing.kind}/{short_id(listing.id)}"


def _label(indicator: Indicator) -> Term:
    name, label = indicator.indicator, indicator.label
    return Term(words.figure_word(name, label), words.figure_word(name, label, "en"))


def _texts(word: Term) -> list[Json]:
    return [{"@language": "zh", "@value": word.zh}, {"@language": "en", "@value": word.en}]


def _link(address: str) -> Json:
    return {"@id": address}


def _distribution(address: str, media: str) -> Json:
    return {
        "@type": "dcat:Distribution",
        "dcat:accessURL": _link(address),
        "dcat:mediaType": _link(IANA + media),
    }


def _service(title: Term, endpoint: str, described: str) -> Json:
    return {
        "@type": "dcat:DataService",
        "dcterms:title": _texts(title),
        "dcat:endpointURL": _link(endpoint),
        "dcat:endpointDescription": _link(described),
    }
