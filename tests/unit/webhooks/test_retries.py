"""The schedule, what ends it, and what disables an endpoint: by table and by simulation of days."""

from datetime import UTC, datetime, timedelta

import pytest

from service.webhooks.retries import JITTER, SCHEDULE, DisabledReason, Health, State, decide

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def test_the_schedule_is_the_published_one() -> None:
    published = ["0:00:05", "0:05:00", "0:30:00", "2:00:00", "5:00:00", "10:00:00", "14:00:00", "20:00:00"]
    assert [str(pause) for pause in SCHEDULE] == [*published, "1 day, 0:00:00"]


@pytest.mark.parametrize("step", range(len(SCHEDULE)))
def test_a_failure_is_tried_again_after_its_pause_and_up_to_a_tenth_longer(step: int) -> None:
    for random, longest in ((0.0, 0.0), (0.5, 0.5), (0.999, 1.0)):
        decision = decide(500, step, Health(), NOW, random)
        assert decision.state is State.PENDING
        assert decision.next_attempt_at is not None
        pause = decision.next_attempt_at - NOW
        assert SCHEDULE[step] <= pause <= SCHEDULE[step] * (1 + JITTER * longest)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_success_ends_the_delivery_and_the_run_of_failures(status: int) -> None:
    decision = decide(status, 3, Health(NOW - hours(100), NOW), NOW, 0.5)
    assert (decision.state, decision.next_attempt_at, decision.health) == (State.SUCCEEDED, None, Health())


@pytest.mark.parametrize("status", [None, 100, 199, 300, 301, 307, 400, 404, 429, 500, 503])
def test_everything_else_is_a_failure(status: int | None) -> None:
    decision = decide(status, 0, Health(), NOW, 0.5)
    assert (decision.state, decision.health, decision.disable) == (State.PENDING, Health(NOW, NOW), None)


def test_the_schedule_ends() -> None:
    decision = decide(500, len(SCHEDULE), Health(), NOW, 0.5)
    assert (decision.state, decision.next_attempt_at, decision.disable) == (State.FAILED, None, None)


def test_410_disables_at_once() -> None:
    decision = decide(410, 0, Health(), NOW, 0.5)
    assert (decision.state, decision.disable) == (State.FAILED, DisabledReason.GONE)


def test_five_days_of_failures_disable_and_not_a_second_less() -> None:
    for since, disabled in ((NOW - timedelta(days=5), True), (NOW - timedelta(days=5, seconds=-1), False)):
        decision = decide(500, 0, Health(since, NOW - hours(1)), NOW, 0.5)
        assert (decision.disable is DisabledReason.FAILING) is disabled


def test_failures_far_apart_are_not_one_lasting_failure() -> None:
    """One event a month, each of which fails once: nothing was tried in between."""
    decision = decide(500, 0, Health(NOW - timedelta(days=30), NOW - timedelta(days=27)), NOW, 0.5)
    assert (decision.disable, decision.health) == (None, Health(NOW, NOW))


@pytest.mark.parametrize("random", [0.0, 0.999])
def test_one_delivery_alone_takes_three_days_and_disables_nothing(random: float) -> None:
    now, health, attempts = NOW, Health(), 0
    while True:
        decision = decide(503, attempts, health, now, random)
        attempts += 1
        health = decision.health
        if decision.next_attempt_at is None:
            break
        now = decision.next_attempt_at
    assert attempts == 10
    assert timedelta(days=3) < now - NOW < timedelta(days=3.6)
    assert decision.disable is None
    assert health.failing_since == NOW
