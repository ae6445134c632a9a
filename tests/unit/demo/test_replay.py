"""The replay behaves as vendors do: what finds the receiver not available is sent again, anything else is said."""

from datetime import UTC, date, datetime

import httpx
import pytest

from service.demo import replay
from service.demo.replay import Delivery, send
from service.demo.state import DemoState

NOW = datetime(2027, 3, 1, tzinfo=UTC)
STATE = DemoState(
    org_id="1",
    seed=1,
    first_run=date(2027, 3, 1),
    cut=NOW,
    replayed_until=NOW,
    admin_key="a",
    manager_key="m",
    rep_key="r",
    manager_id="2",
    rep_id="3",
    hubspot_secret="s",
    hubspot_url="http://127.0.0.1/hubspot",
    salesforce_url="http://127.0.0.1/salesforce",
    port=80,
)


@pytest.mark.parametrize("system", ["hubspot", "salesforce"])
@pytest.mark.parametrize(
    ("answers", "requests", "arrives"),
    [([200], 1, True), ([503, 503, 200], 3, True), ([503] * 9, 5, False), ([401, 200], 1, False)],
)
async def test_what_is_not_available_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, system: str, answers: list[int], requests: int, *, arrives: bool
) -> None:
    monkeypatch.setattr(replay, "PAUSES", (0, 0, 0, 0))
    asked: list[bytes] = []
    sent: list[int] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.content)
        return httpx.Response(answers[len(asked) - 1])

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        try:
            await send(client, STATE, [Delivery(system, b"[]", 2)], sent.append)
        except httpx.HTTPStatusError:
            assert not arrives
    assert (asked, sent) == ([b"[]"] * requests, [2] if arrives else [])
