"""What holds of any set of series: each occurrence has a session or a gap, and nothing is done twice."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from service.coaching_sessions.laying import WhenAway, slots_of
from service.coaching_sessions.upkeep import Decisions, Kept, Laid
from service.organizations.working_time import Away, CompanyCalendar
from tests.factories.series import MANAGER, NEW_YORK, SYDNEY, away, participant, series
from tests.factories.upkeep import CLOCK, TODAY, World

RULES = ["FREQ=WEEKLY;BYDAY=TU", "FREQ=WEEKLY;INTERVAL=2", "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=MONTHLY"]
ABSENCES = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 12)).map(
        lambda one: away(TODAY + timedelta(days=one[0]), TODAY + timedelta(days=sum(one)))
    ),
    max_size=3,
)
COMPANY = CompanyCalendar(days_off=frozenset({date(2027, 3, 16), date(2027, 4, 2)}))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    manager = participant(MANAGER, draw(st.sampled_from([NEW_YORK, SYDNEY])), *draw(ABSENCES), company=COMPANY)
    kept = {}
    for number in range(draw(st.integers(1, 4))):
        rep = participant(
            UUID(int=10 + number), draw(st.sampled_from([NEW_YORK, SYDNEY])), *draw(ABSENCES), company=COMPANY
        )
        laying = series(
            rep,
            manager,
            draw(st.sampled_from(RULES)),
            time(draw(st.sampled_from([8, 10, 17, 21]))),
            draw(st.sampled_from(WhenAway)),
        )
        id_ = UUID(int=100 + number)
        kept[id_] = Kept(id_, laying, TODAY, draw(st.sampled_from([None, date(2027, 4, 9)])), None)
    return World(kept)


@given(one=worlds(), later=ABSENCES)
@settings(max_examples=60, deadline=None)
def test_what_holds_of_any_series(one: World, later: list[Away]) -> None:
    one.cascade()
    _check(one)
    first = next(iter(one.kept.values()))
    rep = first.laying.rep
    changed = participant(rep.id, rep.time_zone, *rep.calendar.absences, *later, company=COMPANY)
    one.kept[first.id] = replace(first, laying=replace(first.laying, rep=changed))
    one.cascade()
    _check(one)


def _check(one: World) -> None:
    assert one.cascade() == Decisions()
    assert _clashes(one) == []
    for kept in one.kept.values():
        days = {each.occurs_on for each in one.scheduled() if each.cadence_id == kept.id}
        gaps = set(one.gaps.get(kept.id, {}))
        last = min(kept.ends_on or date.max, CLOCK.horizon)
        wanted = {each.on for each in kept.laying.occurrences(TODAY, last) if each.starts_at > CLOCK.now}
        assert days | gaps == wanted
        assert not days & gaps
    for laid in one.scheduled():
        laying = one.kept[laid.cadence_id].laying
        local = laid.starts_at.astimezone(ZoneInfo(laying.time_zone)).time()
        assert local == laying.timetable.at or time(8) <= local <= time(17, 30)
        assert laying.why_not(laid.starts_at) is None


def _clashes(one: World) -> list[tuple[UUID, int]]:
    seen: set[tuple[UUID, int]] = set()
    twice = []
    for laid in one.scheduled():
        for slot in _slots(one, laid):
            if slot in seen:
                twice.append(slot)
            seen.add(slot)
    return twice


def _slots(one: World, laid: Laid) -> Iterable[tuple[UUID, int]]:
    for person in (one.kept[laid.cadence_id].laying.rep.id, laid.coach_id):
        yield from ((person, slot) for slot in slots_of(laid.starts_at, laid.minutes))
