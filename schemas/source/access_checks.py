"""Access checks: keys of a definition that would do nothing when the platform is polled, or are missing for it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from schemas.nearest import unknown
from schemas.source.auth import AUTH
from schemas.source.complaint import Complaint, Complaints, idle
from schemas.source.model import Access, Auth, Feed

SHORTEST_REASON = 8
HTML_MEDIA = ("text/html", "application/xhtml+xml")
HTTP_ONLY = (
    "hosts",
    "parallel",
    "pace",
    "budget",
    "deadline",
    "robots",
    "robots_reason",
    "auth",
    "media",
    "charset",
    "ok",
    "retry",
    "blocked",
    "quota",
)
PAGING: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {  # style → the keys that it reads; the first one is needed
        "none": ("total", "pages", "proof"),
        "page": ("parameter", "first", "ceiling", "deepest", "total", "pages", "proof"),
        "offset": ("parameter", "overlap", "ceiling", "deepest", "total", "pages", "proof"),
        "cursor": ("parameter", "next", "more", "expired", "ceiling", "total", "pages", "proof"),
        "numbered_files": ("pattern", "first", "ceiling", "total", "pages", "proof"),
        "next_link": ("link", "ceiling", "proof"),
    }
)
NEEDED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "page": ("parameter",),
        "offset": ("parameter",),
        "cursor": ("parameter", "next"),
        "numbered_files": ("pattern",),
        "next_link": ("link",),
    }
)
OF_FORMATS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "xlsx": ("sheet", "header", "header_rows", "stop_at", "fill_down"),
        "csv": ("encoding", "delimiter", "columns", "header", "header_rows", "stop_at", "fill_down"),
        "xml": ("element",),
    }
)
OF_DAYS = ("start", "end", "inclusive", "reread", "span", "history")


def access_is_of_its_style(access: Access) -> Complaints:
    """An inbox is a folder, everything about requests belongs to HTTP."""
    others = HTTP_ONLY if access.style == "inbox" else ("folder",)
    yield from idle(access, ("access",), others, f"access.style is {access.style}")
    yield from credentials_are_whole(access.auth)
    yield from robots_are_ignored_for_a_reason(access)
    if access.style == "http" and access.base and not access.base.startswith(("http://", "https://")):
        yield Complaint(("access", "base"), f"{access.base!r} is no address; accepted: https://…")


def robots_are_ignored_for_a_reason(access: Access) -> Complaints:
    """Whoever lets the hub ask for what a robots.txt disallows says in the definition why it may."""
    if access.robots == "ignored" and len(access.robots_reason.strip()) < SHORTEST_REASON:
        message = f"robots: ignored needs a reason of at least {SHORTEST_REASON} characters: who allowed it, and where"
        yield Complaint(("access", "robots_reason"), message)
    if access.robots == "obeyed":
        yield from idle(access, ("access",), ("robots_reason",), "access.robots is obeyed")


def credentials_are_whole(auth: Auth) -> Complaints:
    """Each style of authentication has its keys: those that it needs, and those that it reads."""
    needed, others = AUTH[auth.style]
    written = auth.model_fields_set - {"style"}
    for key in sorted(written - {*needed, *others}):
        styles = [each for each, (needs, reads) in AUTH.items() if key in (*needs, *reads)]
        message = f"does nothing with style {auth.style}; accepted with: {', '.join(styles)}"
        yield Complaint(("access", "auth", key), message)
    for key in needed:
        if not getattr(auth, key):
            yield Complaint(("access", "auth", key), f"style {auth.style} needs {key}")
    if auth.style in ("token", "oauth2") and auth.login is not None:
        for key in ("token",) if auth.style == "token" else ():
            if not getattr(auth.login, key):
                yield Complaint(("access", "auth", "login", key), "needs the place of the token in the answer")


def rows_come_from_somewhere(feed: Feed, access: Access) -> Complaints:
    """An inbox has files, a list a request; each key of the other would be read by nothing."""
    if access.style == "inbox":
        if feed.file is None:
            yield Complaint(("file",), "a feed of an inbox needs file, with the pattern of its names")
        yield from idle(
            feed, (), ("request", "paging", "slice", "html", "detail", "records", "claims"), "it is an inbox"
        )
        return
    if feed.request is None:
        yield Complaint(("request",), "a feed over HTTP needs request, with its path")
    if feed.file is not None and not (feed.detail and feed.detail.attachments):
        yield Complaint(("file",), "does nothing: no detail.attachments leads to a file")


def pages_are_readable(feed: Feed, access: Access) -> Complaints:
    """HTML is read by selectors, JSON by pointers."""
    if access.style == "inbox":
        return
    if feed.html is None:
        if access.media in HTML_MEDIA and "records" not in feed.model_fields_set:
            yield Complaint(
                ("html",), f"media is {access.media}: accepted: html (selectors), or records for JSON in it"
            )
        if feed.detail is not None:
            yield Complaint(("detail",), "needs html, whose cells hold the link")
        return
    if access.media not in HTML_MEDIA:
        yield Complaint(("html",), f"media is {access.media}; accepted: {', '.join(HTML_MEDIA)}")
    yield from idle(feed, (), ("records", "keyed"), "rows are read by html")
    if bool(feed.html.row) == bool(feed.html.table):
        yield Complaint(("html",), "needs one of row (with cells) and table (with header)")
    others = ("cells",) if feed.html.table else ("header", "header_rows", "stop_at")
    yield from idle(feed.html, ("html",), others, f"rows are read by {'table' if feed.html.table else 'row'}")
    pointers = ("total", "pages", "next", "more", "expired")
    yield from idle(feed.paging, ("paging",), pointers, "rows are read by html")
    if feed.detail is not None and not feed.html.table and feed.detail.path not in feed.html.cells:
        known = feed.html.cells
        yield Complaint(("detail", "path"), unknown(feed.detail.path, known, "cell of html"))


def notices_hold_rows_once(feed: Feed, access: Access) -> Complaints:
    """The records behind a notice are its attachments' rows or those of a table in it, which is found by its headings."""
    if feed.detail is None:
        return
    if not feed.detail.table:
        yield from idle(feed.detail, ("detail",), ("header", "header_rows", "stop_at"), "there is no detail.table")
        return
    if feed.detail.attachments:
        yield Complaint(("detail", "table"), "does nothing beside attachments; accepted: one of the two")
    if not feed.detail.header.get("contains"):
        yield Complaint(("detail", "header"), "table needs header.contains: headings by which it is found")


def requests_are_whole(feed: Feed, access: Access) -> Complaints:
    """A body is JSON or a form, and is posted; a pointer among the parameters needs the JSON body."""
    request = feed.request
    if request is None:
        return
    host = urlsplit(request.path).netloc
    if host and host not in (urlsplit(access.base).netloc, *access.hosts):
        yield Complaint(
            ("request", "path"), unknown(host, (urlsplit(access.base).netloc, *access.hosts), "declared host")
        )
    for key in ("body", "form"):
        if getattr(request, key) and request.method != "POST":
            yield Complaint(("request", key), "does nothing with method GET; accepted with: POST")
    if request.body and request.form:
        yield Complaint(("request", "form"), "does nothing beside body")
    cut = feed.slice.cut.parameter if feed.slice.cut else ""
    parameters = {
        ("paging", "parameter"): feed.paging.parameter,
        ("slice", "from"): feed.slice.start,
        ("slice", "to"): feed.slice.end,
        ("slice", "cut", "parameter"): cut,
    }
    for place, parameter in parameters.items():
        if parameter.startswith("/") and not request.body:
            yield Complaint(place, f"{parameter!r} points into request.body, which is not there")


def paging_is_whole(feed: Feed, access: Access) -> Complaints:
    """Each style of paging has its keys: those that it needs, and those that it reads."""
    style, written = feed.paging.style, feed.paging.model_fields_set
    for key in sorted(written - {"style", *PAGING[style]}):
        styles = [each for each, keys in PAGING.items() if key in keys]
        message = f"does nothing with style {style}; accepted with: {', '.join(styles)}"
        yield Complaint(("paging", key), message)
    for key in NEEDED.get(style, ()):
        if not getattr(feed.paging, key):
            yield Complaint(("paging", key), f"style {style} needs {key}")
    if style == "numbered_files" and feed.paging.pattern and "{n}" not in feed.paging.pattern:
        yield Complaint(("paging", "pattern"), f"{feed.paging.pattern!r} has no number; accepted: index_{{n}}.html")
    if style == "next_link" and feed.html is None:
        yield Complaint(("paging", "style"), "next_link needs html: the link stands on a page")
    if "total_each_page" in feed.paging.proof and not (feed.paging.total or feed.paging.pages):
        yield Complaint(("paging", "proof"), "total_each_page needs total or pages")
    if feed.claims.total == "unreliable" and not feed.paging.total:
        yield Complaint(("claims", "total"), "does nothing without paging.total")


def slices_have_days(feed: Feed, access: Access) -> Complaints:
    """Days, the filter by day and the rows of a month belong to slices by day, which need a parameter."""
    if feed.slice.by == "none":
        yield from idle(feed.slice, ("slice",), OF_DAYS, "slice.by is none")
        if feed.slice.sweep and not (feed.paging.total and feed.paging.style in ("page", "offset")):
            yield Complaint(("slice", "sweep"), "needs paging.total and pages: they show whether the list has changed")
        if feed.claims.filter:
            yield Complaint(("claims", "filter"), "does nothing without slice.by: day")
        if feed.expect.per_month:
            yield Complaint(("expect", "per_month"), "does nothing without slice.by: day")
        return
    yield from idle(feed.slice, ("slice",), ("sweep",), "slice.by is day")
    if not feed.slice.start:
        yield Complaint(("slice", "from"), "by day needs from, the parameter with the first day")
    elif not feed.slice.end and not feed.slice.inclusive:
        yield Complaint(("slice", "inclusive"), "does nothing without to")


def files_are_of_their_format(feed: Feed, access: Access) -> Complaints:
    """Each format has its keys."""
    if feed.file is None:
        return
    for key in sorted(feed.file.model_fields_set & {key for keys in OF_FORMATS.values() for key in keys}):
        if key not in OF_FORMATS[feed.file.format]:
            formats = [each for each, keys in OF_FORMATS.items() if key in keys]
            message = f"does nothing with format {feed.file.format}; accepted with: {', '.join(formats)}"
            yield Complaint(("file", key), message)
    if feed.file.columns:
        yield from idle(feed.file, ("file",), ("header", "header_rows"), "columns says that there is no heading row")
    if feed.file.format == "xml" and not feed.file.element:
        yield Complaint(("file", "element"), "format xml needs element, the tag of one record")


def absence_is_shown(feed: Feed, access: Access) -> Complaints:
    """Only a whole snapshot shows that a record is gone."""
    if feed.absence.means == "nothing":
        yield from idle(feed.absence, ("absence",), ("guard",), "absence means nothing")
    elif access.style == "inbox" and feed.file and feed.file.edition == "delta":
        wanted = "file.edition: snapshot or period"
        yield Complaint(("absence", "means"), f"needs {wanted}; a delta does not show what is gone")
    elif feed.slice.by == "day":
        yield Complaint(("absence", "means"), "needs slice.by: none; a slice of days does not show what is gone")
