"""Dispatcher: serves the receivers that have something due, some at once, so that a slow one delays nobody else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from urllib.parse import urlencode

from ops import telemetry
from ops.failpoints import hit
from schemas.errors import Fenced
from schemas.wire import encode
from sinks.webhooks.queue import Claim, Message, Queue, Result, Verdict
from sinks.webhooks.sender import Sender
from sinks.webhooks.signature import headers

AT_ONCE = 16  # receivers
IN_FLIGHT = 4  # requests to one receiver
SERVE_SECONDS = 30.0  # then no further message of this claim is begun: with its deadline that is within the lease
VERIFICATION = "webhook.verification"


class Dispatcher:
    """One round after the other; ``round`` gives whether there was anything to do."""

    def __init__(self, queue: Queue, sender: Sender) -> None:
        self._queue, self._sender = queue, sender
        self._serving: set[asyncio.Task[None]] = set()

    async def round(self) -> bool:
        """Fill the queue and begin with receivers that are due. Raises what a receiver's task raised: Unreachable, Paused."""
        queued = await asyncio.to_thread(self._queue.fill)
        room = AT_ONCE - len(self._serving)
        claims = await asyncio.to_thread(self._queue.claim, room) if room else []
        self._serving |= {asyncio.create_task(self._serve(claim)) for claim in claims}
        await self._ended()
        return bool(queued or claims)

    async def drain(self) -> None:
        """Wait for those that are being served."""
        if self._serving:
            await asyncio.wait(self._serving)
        await self._ended()

    async def wait(self, seconds: float) -> None:
        """Until a receiver is served, or so long."""
        if self._serving:
            await asyncio.wait(self._serving, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        else:
            await asyncio.sleep(seconds)

    async def _ended(self) -> None:
        ended = {task for task in self._serving if task.done()}
        self._serving -= ended
        for task in ended:
            task.result()

    async def _serve(self, claim: Claim) -> None:
        try:
            if claim.state == "unverified":
                verdict = await self._verify(claim)
            else:
                due = await asyncio.to_thread(self._queue.due, claim)
                results = await self._sent(claim, due)
                hit("push.sent.after")
                verdict = await asyncio.to_thread(self._queue.settle, claim, results)
                _count(results)
        except Fenced as error:
            telemetry.log("webhook_fenced", "warning", webhook=claim.id, reason=error.message)
            return
        if verdict.state == "disabled":
            telemetry.log("webhook_disabled", "warning", webhook=claim.id, reason=verdict.reason)

    async def _verify(self, claim: Claim) -> Verdict:
        body = encode({"type": VERIFICATION, "challenge": claim.challenge})
        signed = headers(claim.secrets, f"msg_{claim.id}", int(time.time()), body)
        answer = await self._sender.send(claim.url, body, signed, is_read=True)
        return await asyncio.to_thread(self._queue.verified, claim, answer)

    async def _sent(self, claim: Claim, due: Sequence[Message]) -> list[Result]:
        """What came of the messages that were tried. Those of one record go one after the other; after a failure none is begun."""
        lanes = iter(_by_record(due))
        ends, results = time.monotonic() + SERVE_SECONDS, list[Result]()

        async def lane() -> None:
            for messages in lanes:
                for message in messages:
                    if time.monotonic() > ends or (results and not all(each.answer.is_received for each in results)):
                        return
                    results.append(await self._try(claim, message))

        await asyncio.gather(*(lane() for _ in range(IN_FLIGHT)))
        return results

    async def _try(self, claim: Claim, message: Message) -> Result:
        body = payload(message)
        signed = headers(claim.secrets, message.id, int(time.time()), body)
        return Result(message, await self._sender.send(claim.url, body, signed))


def payload(message: Message) -> bytes:
    """A thin message by Standard Webhooks: what has a new revision, and where it is read."""
    change = urlencode({"topic": message.topic, "after": message.sequence - 1, "limit": 1})
    return encode(
        {
            "type": message.topic,
            "timestamp": message.recorded_at.isoformat(),
            "data": {
                "topic": message.topic,
                "id": message.record,
                "revision": message.revision,
                "state": message.record_state,
                "sequence": message.sequence,
                "url": f"/api/v1/changes?{change}",
            },
        }
    )


def _by_record(messages: Sequence[Message]) -> list[list[Message]]:
    found: dict[str, list[Message]] = {}
    for message in messages:
        found.setdefault(message.record, []).append(message)
    return list(found.values())


def _count(results: Sequence[Result]) -> None:
    for result in results:
        outcome = "delivered" if result.answer.is_received else "failed"
        telemetry.count("tongda_webhook_deliveries_total", outcome=outcome)
