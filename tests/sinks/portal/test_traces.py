"""One id goes through a request: from its header to the lines that are logged meanwhile, its problem document and its answer."""

from __future__ import annotations

import io
import json
import logging
import re

from ops import telemetry
from ops.telemetry import LOGGER, _Line
from sinks.access.roles import Role
from sinks.portal.web.doors import TOKEN
from tests.sinks.conftest import Portal

GIVEN = "4bf92f3577b34da6a3ce929d0e0e4736"
HEADER = f"00-{GIVEN}-00f067aa0ba902b7-01"


def test_what_is_logged_during_a_request_has_its_id_and_so_has_the_answer(portal: Portal) -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(_Line("portal", as_json=True))
    browser = portal.signed_in(Role.OPERATOR)
    token = browser.token("/keys")
    LOGGER.addHandler(handler)
    level = LOGGER.level
    LOGGER.setLevel("INFO")
    try:
        answer = browser.send_form("/keys", {TOKEN: token, "holder": "样例银行"}, Traceparent=HEADER)
        telemetry.log("afterwards")
    finally:
        LOGGER.removeHandler(handler)
        LOGGER.setLevel(level)
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [(each["event"], each.get("trace_id")) for each in lines] == [
        ("audited", GIVEN),
        ("audited", GIVEN),
        ("afterwards", None),
    ]
    assert re.fullmatch(rf"00-{GIVEN}-[0-9a-f]{{16}}-00", answer.headers["traceresponse"])


def test_a_problem_document_and_its_answer_name_one_id_whether_the_caller_gave_it_or_not(portal: Portal) -> None:
    for headers in ({}, {"Traceparent": HEADER}):
        answer = portal.get("/api/v1/listings/none", 404, **headers)
        named = answer.json()["trace_id"]
        assert answer.headers["traceresponse"].split("-")[1] == named and len(named) == 32
        assert (named == GIVEN) is bool(headers)
        assert answer.json()["instance"] == "/api/v1/listings/none"
