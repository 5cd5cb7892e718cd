"""Submitted forms: plain ones, bounded, sent by a page of this site; from whom, and with which token."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qs, urlsplit

from fastapi import Depends, Request

from sinks.desk.forms import Fields
from sinks.portal.errors import FieldError, QueryInvalid

MOST_BYTES = 64 * 1024  # twelve fields; the longest has 2,000 characters, of nine bytes each when they are encoded
MOST_FIELDS = 60
MEDIA = "application/x-www-form-urlencoded"


async def fields_of(request: Request) -> Fields:
    """The fields of a posted form. Raises QueryInvalid: another site's, too large, or no form."""
    refuse_foreign(request)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != MEDIA:
        raise wrong(f"accepted: {MEDIA} · 只接受网页表单")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise wrong(f"accepted: at most {MOST_BYTES} bytes · 表单过长")
    try:
        return parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        raise wrong("not a form in UTF-8 · 表单编码有误") from None


def refuse_foreign(request: Request) -> None:
    """A form is sent by a page of the site that gets it (Fetch Metadata; an older browser says its Origin). Raises QueryInvalid.

    Nothing here depends on who the browser is signed in as; another site could still use up its visitors' share.
    """
    site = request.headers.get("sec-fetch-site", "")
    origin = request.headers.get("origin", "")
    foreign = site not in ("same-origin", "none") if site else bool(origin) and not is_own(request, origin)
    if foreign:
        raise wrong("sent by a page of another site · 表单须从本站页面提交")


def is_own(request: Request, origin: str) -> bool:
    """Whether the page that sent the form is of the host that was asked."""
    return urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower()


def address_of(request: Request) -> str:
    """Where the request comes from; a proxy on this machine names its client (uvicorn)."""
    return request.client.host if request.client else ""


def wrong(message: str) -> QueryInvalid:
    """Why a form is not taken."""
    return QueryInvalid([FieldError(name="form", message=message)])


Form = Annotated[Fields, Depends(fields_of)]
