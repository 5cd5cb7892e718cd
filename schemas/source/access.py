"""Access: how a platform is polled (the half of a definition that ``connectors`` uses); defaults for its feeds."""

from __future__ import annotations

import codecs
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator

from schemas.frozen import Frozen
from schemas.source.auth import Auth, Code

__all__ = ["Access", "Auth", "Charset", "Code", "Days", "Duration", "seconds"]

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
PACE = re.compile(r"([1-9]\d{0,3})/(?:([1-9]\d{0,3})?([smh]))")
SHORTEST_INTERVAL_SECONDS = 0.1
HOURS = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00")


def seconds(text: str) -> int:
    """``30m`` → 1800. Raises ValueError."""
    match = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if not match:
        raise ValueError(f"{text!r} is no duration; accepted: 90s, 30m, 6h, 1d")
    return int(match[1]) * SECONDS[match[2]]


def interval(pace: str) -> float:
    """Seconds between two requests: ``2/s`` → 0.5, ``1/5s`` → 5."""
    match = PACE.fullmatch(pace)
    assert match is not None
    return int(match[2] or 1) * SECONDS[match[3]] / int(match[1])


def duration(value: str) -> str:
    """A duration as it is written; none at all would poll without end. Raises ValueError."""
    if seconds(value) == 0:
        raise ValueError(f"{value!r} is no time at all; accepted: 90s, 30m, 6h, 1d")
    return value


def whole_days(value: str) -> str:
    """A number of days as it is written. Raises ValueError."""
    if not re.fullmatch(r"\d{1,5}d", value):
        raise ValueError(f"{value!r} is no number of whole days; accepted: 7d, 31d, 730d")
    return value


def known_charset(value: str) -> str:
    """The name of a text encoding. Raises ValueError."""
    try:
        if value and not codecs.lookup(value)._is_text_encoding:
            raise LookupError
    except LookupError:
        raise ValueError(f"{value!r} is no charset; accepted: utf-8, gb18030, gbk, big5") from None
    return value


Duration = Annotated[str, AfterValidator(duration)]  # 90s, 30m, 6h, 1d
Days = Annotated[str, AfterValidator(whole_days)]  # 7d
Charset = Annotated[str, AfterValidator(known_charset)]  # empty: not declared


class Access(Frozen):
    """How the platform is polled; defaults for every feed."""

    style: Literal["http", "inbox"] = "http"
    base: str = ""  # address, or folder of an inbox; a setting TONGDA_SOURCE_<ID>_BASE overrides it
    hosts: tuple[Annotated[str, Field(pattern=r"^[a-z0-9.-]+(:\d+)?$")], ...] = ()  # others: of details, attachments
    folder: str = ""  # inbox: folder under the base
    every: Duration = "30m"
    window: str = "00:00-24:00"  # hours of the day in which it may be polled; a night is two: 22:00-24:00,00:00-06:00
    parallel: int = Field(1, ge=1, le=8)  # requests in flight at once, within the pace
    pace: str = "1/s"  # requests per second, or every n seconds: 1/2s
    budget: str = "5000/day"  # requests of all its feeds; stand-ins have none
    deadline: Duration = "60s"  # whole response
    max_bytes: int = Field(8 << 20, gt=0)  # of an answer or a file; reading it takes about 15 times as much memory
    robots: Literal["obeyed", "ignored"] = "obeyed"  # what robots.txt disallows is not requested (RFC 9309)
    robots_reason: str = ""  # why it may be ignored: the written agreement with the operator, a signed gateway
    auth: Auth = Auth()
    media: str = Field("application/json", pattern=r"^[a-z]+/[a-z0-9.+-]+$")  # declared media type of an answer
    charset: Charset = "utf-8"  # of HTML without a declaration of its own
    ok: Code | None = None
    retry: Code | None = None
    blocked: Code | None = None
    quota: Code | None = None  # the calls of the day are used up: the platform is left alone until tomorrow

    @field_validator("budget")
    @classmethod
    def a_day(cls, value: str) -> str:
        if not re.fullmatch(r"[1-9]\d{0,8}/day", value):
            raise ValueError(f"{value!r} is no budget; accepted: 5000/day")
        return value

    @field_validator("pace")
    @classmethod
    def requests_in_time(cls, value: str) -> str:
        if not PACE.fullmatch(value):
            raise ValueError(f"{value!r} is no pace; accepted: 1/s, 2/s, 1/5s, 10/m")
        if interval(value) < SHORTEST_INTERVAL_SECONDS:
            raise ValueError(f"{value!r} is more than a public platform is asked; at most 10/s")
        return value

    @field_validator("window")
    @classmethod
    def hours_of_a_day(cls, value: str) -> str:
        for span in value.split(","):
            start, _, end = span.partition("-")
            if not (HOURS.fullmatch(start) and HOURS.fullmatch(end) and start < end):
                over_midnight = (
                    f"; a night is two: {start}-24:00,00:00-{end}" if HOURS.fullmatch(end) and start > end else ""
                )
                accepted = "06:00-23:00, 00:00-24:00"
                raise ValueError(f"{value!r} is no window within one day; accepted: {accepted}{over_midnight}")
        return value

    @property
    def hours(self) -> tuple[tuple[str, str], ...]:
        """First and last minute of each span of the window, the last one excluded."""
        spans = (span.partition("-") for span in self.window.split(","))
        return tuple((start, end) for start, _, end in spans)

    @property
    def interval_seconds(self) -> float:
        """Seconds between two requests."""
        return interval(self.pace)

    @property
    def requests_a_day(self) -> int:
        return int(self.budget.partition("/")[0])

    @property
    def every_seconds(self) -> int:
        return seconds(self.every)

    @property
    def deadline_seconds(self) -> int:
        return seconds(self.deadline)
