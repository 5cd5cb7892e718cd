"""Feeds as they are sent: Atom (RFC 4287, paged by RFC 5005, with the tombstones of RFC 6721) and JSON Feed 1.1. Pure."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple
from urllib.parse import urlencode
from xml.etree import ElementTree

from schemas.wire import encode
from schemas.words import Lang, Term

Form = Literal["atom", "json"]
PATH = "/api/v1/feeds"
ATOM, TOMBSTONES = "http://www.w3.org/2005/Atom", "http://purl.org/atompub/tombstones/1.0"
JSON_FEED = "https://jsonfeed.org/version/1.1"
MEDIA_TYPES: dict[Form, str] = {"atom": "application/atom+xml", "json": "application/feed+json"}
LANGUAGES: dict[Lang, str] = {"zh": "zh-CN", "en": "en"}
AUTHOR = Term("通达 · 湖南专利转化运用信息枢纽", "Tongda, Hunan hub for patents at work")
SAMPLE = Term("样例数据", "Sample data")
ABOUT = "/openapi.json"
EMPTY = "1970-01-01T00:00:00Z"  # of a feed in which nothing ever changed: a feed must say some instant
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class FeedLink(NamedTuple):
    """The feed of a page: its path without the form, and its question."""

    path: str
    pairs: Sequence[tuple[str, str]] = ()

    @property
    def about(self) -> str:
        """Its address in whatever form and language."""
        return self.path + (f"?{urlencode(self.pairs)}" if self.pairs else "")

    def address(self, form: Form, lang: Lang) -> str:
        asked = [*self.pairs, *([("lang", lang)] if lang != "zh" else [])]
        return f"{self.path}.{form}" + (f"?{urlencode(asked)}" if asked else "")


@dataclass(frozen=True)
class Entry:
    """One record in words. ``page`` and ``api`` are addresses of the portal; ``tags`` are codes with their words."""

    id: str
    revision: int
    changed_at: str
    title: str
    text: str
    page: str
    api: str
    tags: tuple[tuple[str, str], ...]
    synthetic: bool


@dataclass(frozen=True)
class Deleted:
    """One record that is gone from the feed."""

    id: str
    revision: int
    changed_at: str
    state: str
    said: str  # the state in words
    merged_into: str | None


@dataclass(frozen=True)
class Feed:
    """One page of a feed. ``home``: the page that it follows; ``next`` None: nothing older."""

    title: str
    lang: Lang
    base: str  # of every address
    home: str
    own: str
    first: str
    next: str | None
    entries: tuple[Entry, ...]
    deleted: tuple[Deleted, ...]

    @property
    def updated(self) -> str:
        """The newest change of the page: with the revision of any record it moves, and with nothing else."""
        changed = [each.changed_at for each in self.entries] + [each.changed_at for each in self.deleted]
        return max(changed, default=EMPTY)


def entry_id(id: str) -> str:
    """The name of a record in every feed and form: a URN made of its id, so that it is the same after a rebuild or a move."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"tongda:{id}").urn


def written(feed: Feed, form: Form) -> bytes:
    return atom(feed) if form == "atom" else json_feed(feed)


def atom(feed: Feed) -> bytes:
    """The page as Atom."""
    root = ElementTree.Element(
        "feed", {"xmlns": ATOM, "xmlns:at": TOMBSTONES, "xml:lang": LANGUAGES[feed.lang], "xml:base": feed.base + "/"}
    )
    _text(root, "id", entry_id(_without_page(feed.first)))
    _text(root, "title", feed.title)
    _text(root, "updated", feed.updated)
    _text(ElementTree.SubElement(root, "author"), "name", AUTHOR(feed.lang))
    _link(root, "self", feed.base + feed.own, MEDIA_TYPES["atom"])
    _link(root, "alternate", feed.base + feed.home, "text/html")
    _link(root, "first", feed.base + feed.first, MEDIA_TYPES["atom"])
    if feed.next:
        _link(root, "next", feed.base + feed.next, MEDIA_TYPES["atom"])
    for entry in feed.entries:
        _entry(root, entry, feed)
    for gone in feed.deleted:
        element = ElementTree.SubElement(root, "at:deleted-entry", {"ref": entry_id(gone.id), "when": gone.changed_at})
        _text(element, "at:comment", f"{gone.said}: {gone.id}")
        if gone.merged_into:
            _link(element, "related", entry_id(gone.merged_into))
    text: str = ElementTree.tostring(root, "unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}'.encode()


def json_feed(feed: Feed) -> bytes:
    """The page as JSON Feed, which has no tombstones: they stand in its extension ``_tongda``."""
    page: dict[str, Any] = {
        "version": JSON_FEED,
        "title": feed.title,
        "home_page_url": feed.base + feed.home,
        "feed_url": feed.base + feed.own,
        "language": LANGUAGES[feed.lang],
        "authors": [{"name": AUTHOR(feed.lang), "url": feed.base + "/"}],
        **({"next_url": feed.base + feed.next} if feed.next else {}),
        "items": [_item(each, feed) for each in feed.entries],
        "_tongda": {
            "about": feed.base + ABOUT,
            "updated": feed.updated,
            "deleted": [
                {
                    "id": entry_id(each.id),
                    "record": each.id,
                    "revision": each.revision,
                    "state": each.state,
                    "merged_into": entry_id(each.merged_into) if each.merged_into else None,
                    "gone_at": each.changed_at,
                }
                for each in feed.deleted
            ],
        },
    }
    return encode(page)


def _entry(root: ElementTree.Element, entry: Entry, feed: Feed) -> None:
    element = ElementTree.SubElement(root, "entry")
    _text(element, "id", entry_id(entry.id))
    _text(element, "title", entry.title)
    _text(element, "updated", entry.changed_at)
    _link(element, "alternate", feed.base + entry.page, "text/html")
    _link(element, "related", feed.base + entry.api, "application/json")
    for code, word in _tags(entry, feed.lang):
        ElementTree.SubElement(element, "category", {"term": code, "label": _xml(word)})
    _text(element, "content", entry.text).set("type", "text")


def _item(entry: Entry, feed: Feed) -> dict[str, Any]:
    return {
        "id": entry_id(entry.id),
        "url": feed.base + entry.page,
        "title": entry.title,
        "content_text": entry.text,
        "date_modified": entry.changed_at,
        "tags": [word for _, word in _tags(entry, feed.lang)],
        "_tongda": {
            "about": feed.base + ABOUT,
            "record": entry.id,
            "revision": entry.revision,
            "api": feed.base + entry.api,
            "synthetic": entry.synthetic,
        },
    }


def _tags(entry: Entry, lang: Lang) -> tuple[tuple[str, str], ...]:
    return (*entry.tags, *((("synthetic", SAMPLE(lang)),) if entry.synthetic else ()))


def _text(parent: ElementTree.Element, name: str, text: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, name)
    element.text = _xml(text)
    return element


def _link(parent: ElementTree.Element, rel: str, href: str, media_type: str = "") -> None:
    ElementTree.SubElement(
        parent, "link", {"rel": rel, **({"type": media_type} if media_type else {}), "href": _xml(href)}
    )


def _xml(text: str) -> str:
    """Without the characters that no XML document may have."""
    return NOT_XML.sub("\ufffd", text)


def _without_page(address: str) -> str:
    """A feed has one name in each language, whatever its form: ``first`` without the ending."""
    path, _, query = address.partition("?")
    return f"{path.rpartition('.')[0]}?{query}"
