"""HTML: the rows of a page of notices, and the cells and attachments of one notice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import unquote, urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from connectors.http.messages import Answer, Failure
from connectors.read.charset import text_of
from connectors.read.grid import grid_of
from connectors.read.page import Page, keyed
from connectors.read.table import Layout, Table, find_header, squeezed, table
from schemas.source.model import Detail, Feed, Html

BLANKS = re.compile(r"\s+")


def html_tree(answer: Answer, html: Html, charset: str) -> LexborHTMLParser:
    """The page as a tree. Raises Failure: ``captcha``, ``truncated``; Reject: charset_unreadable."""
    text = text_of(answer.body, answer.charset, charset)
    if html.captcha and html.captcha in text:
        raise Failure("blocked", "captcha", "the page wants a captcha")
    if html.closing and not text.rstrip().lower().endswith(html.closing.lower()):
        raise Failure("short", "truncated", f"the page does not end with {html.closing}")
    return LexborHTMLParser(text)


def html_page(answer: Answer, feed: Feed, charset: str) -> Page:
    """The rows of a page. Raises Failure: ``empty_unmarked`` when it has no row and no mark of an empty list,
    ``header_changed`` when no table has the declared headings."""
    html = feed.html
    assert html is not None
    tree = html_tree(answer, html, charset)
    found = tree.css(html.row or html.table)
    link, root = feed.paging.link, tree.root
    following = cell(root, f"{link}@href", answer.url) if link and root is not None else ""
    if not found and not (html.empty and html.empty in (tree.html or "")):
        raise Failure("blocked", "empty_unmarked", "no rows, and not the page of an empty list")
    if html.table:
        read = _table_of(found, Layout.of(html), _links_named(feed), answer.url)
        rows, refused = keyed(feed, read.items)
        return Page(rows, (*refused, *read.refused), next=following, doubt=read.doubt)
    items = (
        (f"table 0 row {number}", {name: cell(node, selector, answer.url) for name, selector in html.cells.items()})
        for number, node in enumerate(found)
    )
    return Page(*keyed(feed, items), next=following)


def _table_of(tables: list[LexborNode], layout: Layout, links: Sequence[str], url: str) -> Table:
    """The rows of the first table with the declared headings; none where the page shows its mark of an empty list.

    ``links``: the columns of links that are wanted, as 名称@href.
    """
    failure: Failure | None = None
    for number, node in enumerate(tables):
        nodes = grid_of(node)
        grid = [[cell(each, "", url) for each in row] for row in nodes]
        try:
            header, begins = find_header(grid, layout)
        except Failure as error:
            failure = error
            continue
        for name in links:  # 名称@href: the link in a cell
            if (column := squeezed(name.removesuffix("@href"))) in header:
                place, width = header.index(column), len(header)
                for texts, row in zip(grid, nodes, strict=True):
                    link = cell(row[place], "a@href", url) if place < len(row) else ""
                    texts[width:] = [*[""] * (width - len(texts)), link]
                header.append(name)
        rows = [(f"table {number} row {row}", grid[row]) for row in range(begins, len(grid))]
        return table(header, rows, layout)
    if failure is not None:
        raise failure
    return Table()


def _links_named(feed: Feed) -> list[str]:
    """The columns of links that the definition reads."""
    fields = (name for names in feed.fields.values() for name in ([names] if isinstance(names, str) else names))
    key = (feed.key,) if isinstance(feed.key, str) else feed.key
    detail = (feed.detail.path,) if feed.detail else ()
    return [name for name in dict.fromkeys((*detail, *key, *fields)) if name.endswith("@href")]


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


class Attachment(NamedTuple):
    """A file that a notice links to: its name, which may stand in the link's text only, and its address."""

    name: str
    link: str


@dataclass(frozen=True)
class Notice:
    """A detail page: the cells it adds to its row, the files attached to it, and the rows of its declared table."""

    cells: dict[str, str] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    table: Table = field(default_factory=Table)


def read_notice(answer: Answer, detail: Detail, html: Html, charset: str) -> Notice:
    """The content of a detail page. Raises Failure as ``html_tree``; ``detail_empty`` when none of the declared cells
    is there: a page that says that the platform is being maintained, or another one; ``header_changed`` when no table has
    the declared headings."""
    tree = html_tree(answer, html, charset)
    root = tree.root
    assert root is not None
    cells = {name: cell(root, selector, answer.url) for name, selector in detail.fields.items()}
    if cells and not any(cells.values()):
        raise Failure("missing", "detail_empty", "the page has none of the declared cells", answer=answer)
    wanted = tuple(f".{suffix.lower().lstrip('.')}" for suffix in detail.attachments)
    found = (_attachment(node, answer.url, wanted) for node in tree.css("a[href]") if wanted)
    rows = Table()
    if detail.table:
        tables = tree.css(detail.table)
        if not tables:
            raise Failure("missing", "detail_empty", "the page has no table", answer=answer)
        rows = _table_of(tables, Layout.of(detail), (), answer.url)
    return Notice(cells, tuple({file.link: file for file in found if file}.values()), rows)


def _attachment(node: LexborNode, url: str, wanted: tuple[str, ...]) -> Attachment | None:
    """The file behind a link, by the suffix of its path, of its text or of its title; None for any other link."""
    link = whole_link(url, node.attributes.get("href") or "")
    path = unquote(link.split("?")[0].split("#")[0].rsplit("/", 1)[-1])
    for name in (
        path,
        node.text(separator=" "),
        node.attributes.get("title") or "",
        node.attributes.get("download") or "",
    ):
        if name.strip().lower().endswith(wanted):
            return Attachment(BLANKS.sub(" ", name).strip(), link)
    return None
