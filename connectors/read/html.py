"""HTML: the rows of a page of notices, and the cells and attachments of one notice."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from connectors.http.messages import Answer, Failure
from connectors.read.page import Page, keyed
from schemas.fields.text import decode
from schemas.source.model import Detail, Feed, Html

BLANKS = re.compile(r"\s+")


def html_tree(answer: Answer, html: Html, charset: str) -> LexborHTMLParser:
    """The page as a tree. Raises Failure: ``captcha``, ``truncated``; Reject: charset_unreadable."""
    text = decode(answer.body, answer.charset or charset).text
    if html.captcha and html.captcha in text:
        raise Failure("blocked", "captcha", "the page wants a captcha")
    if html.closing and not text.rstrip().lower().endswith(html.closing.lower()):
        raise Failure("short", "truncated", f"the page does not end with {html.closing}")
    return LexborHTMLParser(text)


def html_page(answer: Answer, feed: Feed, charset: str) -> Page:
    """The rows of a page of notices. Raises Failure: ``empty_unmarked`` when it has no row and no mark of an empty list."""
    assert feed.html is not None
    tree = html_tree(answer, feed.html, charset)
    found = tree.css(feed.html.row)
    if not found and not (feed.html.empty and feed.html.empty in (tree.html or "")):
        raise Failure("blocked", "empty_unmarked", "no rows, and not the page of an empty list")
    cells = feed.html.cells
    items = (
        (f"table 0 row {number}", {name: cell(node, selector, answer.url) for name, selector in cells.items()})
        for number, node in enumerate(found)
    )
    return Page(*keyed(feed, items))


def cell(node: LexborNode, selector: str, url: str) -> str:
    """Text or attribute (``a@href``) of what a selector finds, blanks joined; links are made whole."""
    path, _, attribute = selector.partition("@")
    found = node.css_first(path) if path else node
    if found is None:
        return ""
    text = (found.attributes.get(attribute) or "") if attribute else found.text(separator=" ")
    text = BLANKS.sub(" ", text).strip()
    return whole_link(url, text) if attribute in ("href", "src") and text else text


def whole_link(url: str, link: str) -> str:
    """The address that a link on a page leads to; a link that is no address stays as it is written."""
    try:
        return urljoin(url, link)
    except ValueError:
        return link


@dataclass(frozen=True)
class Notice:
    """A detail page: the cells it adds to its row, and the files attached to it."""

    cells: dict[str, str] = field(default_factory=dict)
    attachments: tuple[str, ...] = ()


def read_notice(answer: Answer, detail: Detail, html: Html, charset: str) -> Notice:
    """The content of a detail page. Raises Failure as ``html_tree``."""
    tree = html_tree(answer, html, charset)
    root = tree.root
    assert root is not None
    links = [whole_link(answer.url, node.attributes.get("href") or "") for node in tree.css("a[href]")]
    wanted = tuple(f".{suffix.lower().lstrip('.')}" for suffix in detail.attachments)
    attached = tuple(dict.fromkeys(link for link in links if wanted and link.lower().split("?")[0].endswith(wanted)))
    return Notice({name: cell(root, selector, answer.url) for name, selector in detail.fields.items()}, attached)
