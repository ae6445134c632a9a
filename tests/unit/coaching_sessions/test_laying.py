"""Where one session goes: zones, clock changes, holidays, absences, and days that are full."""

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from service.coaching_sessions.laying import ClockOf, Days, Diary, GapReason, Laying, Planned, WhenAway, stagger
from service.organizations.working_time import CompanyCalendar
from tests.factories.series import MANAGER, NEW_YORK, OTHER, REP, SYDNEY, away, participant, series

NOW = datetime(2027, 3, 1, tzinfo=UTC)
TUESDAY, WEDNESDAY = date(2027, 3, 9), date(2027, 3, 10)


def at(day: date, hour: int, minute: int = 0, zone: str = NEW_YORK) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def plan(one: Laying, on: date = TUESDAY, diary: Diary | None = None, last: date | None = None) -> Planned:
    return one.plan(on, diary or Diary(), NOW, last)


def test_ten_o_clock_stays_ten_o_clock_when_the_clocks_change() -> None:
    before, after = plan(series(), date(2027, 3, 9)), plan(series(), date(2027, 3, 16))
    assert (before.starts_at, after.starts_at) == (
        datetime(2027, 3, 9, 15, tzinfo=UTC),
        datetime(2027, 3, 16, 14, tzinfo=UTC),
    )


@pytest.mark.parametrize(("clock_of", "hour", "zone"), [(ClockOf.REP, 10, SYDNEY), (ClockOf.MANAGER, 10, NEW_YORK)])
def test_the_clock_is_one_of_the_two(clock_of: ClockOf, hour: int, zone: str) -> None:
    one = series(participant(REP, SYDNEY), participant(MANAGER, NEW_YORK), clock_of=clock_of)
    assert plan(one, date(2027, 3, 9)).starts_at == at(date(2027, 3, 9), hour, zone=zone)


def test_absences_are_of_each_ones_own_day() -> None:
    """Tuesday morning in Sydney is Monday evening in New York."""
    monday = date(2027, 3, 8)
    absent = series(participant(REP, SYDNEY), participant(MANAGER, NEW_YORK, away(monday)), when_away=WhenAway.SKIP)
    assert plan(absent) == Planned(TUESDAY, None, GapReason.MANAGER_AWAY, owed=False)
    there = series(participant(REP, SYDNEY), participant(MANAGER, NEW_YORK, away(TUESDAY)), when_away=WhenAway.SKIP)
    assert plan(there).starts_at == at(TUESDAY, 10, zone=SYDNEY)


HOLIDAY = CompanyCalendar(days_off=frozenset({TUESDAY}))


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (series(participant(REP, company=HOLIDAY)), GapReason.HOLIDAY),
        (series(participant(REP, NEW_YORK, away(TUESDAY))), GapReason.REP_AWAY),
        (series(None, participant(MANAGER, NEW_YORK, away(TUESDAY))), GapReason.MANAGER_AWAY),
        (series(None, participant(MANAGER, company=HOLIDAY)), GapReason.MANAGER_AWAY),
        (series(participant(REP, hired_on=WEDNESDAY)), GapReason.REP_AWAY),
    ],
)
def test_on_a_day_off_it_moves_to_the_next_day_or_is_skipped(one: Laying, reason: GapReason) -> None:
    assert plan(one) == Planned(TUESDAY, at(WEDNESDAY, 10))
    table = series(when_away=WhenAway.SKIP).timetable
    skipping = Laying(table, one.rep, one.manager)
    assert plan(skipping) == Planned(TUESDAY, None, reason, owed=False)


def test_half_a_day_off_is_half_a_day_on() -> None:
    assert plan(series(participant(REP, NEW_YORK, away(TUESDAY, share=Fraction(1, 2))))).starts_at == at(TUESDAY, 10)


@pytest.mark.parametrize(
    ("last_away", "moved_to"),
    [
        (date(2027, 3, 10), date(2027, 3, 11)),
        (date(2027, 3, 12), date(2027, 3, 15)),
        (date(2027, 3, 15), date(2027, 3, 16)),
        (date(2027, 3, 16), None),
    ],
)
def test_it_moves_by_five_working_days_at_most_and_is_owed_when_that_is_not_enough(
    last_away: date, moved_to: date | None
) -> None:
    found = plan(series(participant(REP, NEW_YORK, away(TUESDAY, last_away))))
    if moved_to is None:
        assert found == Planned(TUESDAY, None, GapReason.REP_AWAY, owed=True)
    else:
        assert found.starts_at == at(moved_to, 10)


def test_it_does_not_move_beyond_the_end_of_the_series() -> None:
    absent = series(participant(REP, NEW_YORK, away(TUESDAY)))
    assert plan(absent, last=TUESDAY) == Planned(TUESDAY, None, GapReason.REP_AWAY, owed=True)


def test_where_the_time_is_taken_it_takes_the_next_one_of_the_day() -> None:
    diary = Diary()
    diary.take([MANAGER], at(TUESDAY, 10), 30)
    diary.take([REP], at(TUESDAY, 10, 40), 5)
    assert plan(series(), diary=diary).starts_at == at(TUESDAY, 10, 45)


def test_a_full_day_is_a_gap_that_is_owed() -> None:
    diary = Diary()
    diary.take([MANAGER], at(TUESDAY, 8), 600)
    assert plan(series(), diary=diary) == Planned(TUESDAY, None, GapReason.NO_FREE_TIME, owed=True)


def test_a_full_day_among_those_it_could_move_to_is_passed_over() -> None:
    diary = Diary()
    diary.take([MANAGER], at(WEDNESDAY, 8), 600)
    absent = series(participant(REP, NEW_YORK, away(TUESDAY)))
    assert plan(absent, diary=diary).starts_at == at(date(2027, 3, 11), 10)


def test_nothing_is_planned_in_the_past() -> None:
    noon = at(TUESDAY, 12)
    absent = series(participant(REP, NEW_YORK, away(TUESDAY)))
    assert absent.plan(TUESDAY, Diary(), noon, None).starts_at == at(WEDNESDAY, 10)
    assert absent.plan(TUESDAY, Diary(), at(WEDNESDAY, 11), None).starts_at == at(WEDNESDAY, 11, 5)


def test_a_programme_of_the_evening_keeps_its_own_time_only() -> None:
    diary = Diary()
    evening = series(at=time(20))
    assert plan(evening, diary=diary).starts_at == at(TUESDAY, 20)
    diary.take([MANAGER], at(TUESDAY, 20), 30)
    assert plan(evening, diary=diary).reason is GapReason.NO_FREE_TIME


def _days(number: int, **fields: object) -> list[Days]:
    reps = [participant(type(REP)(int=10 + n)) for n in range(number)]
    return [Days(series(rep, **fields), TUESDAY, None) for rep in reps]  # type: ignore[arg-type]


def test_a_managers_reps_follow_one_another() -> None:
    times = [one.timetable.at for one in stagger(_days(4, minutes=45), [], Diary())]
    assert times == [time(10), time(10, 45), time(11, 30), time(12, 15)]


def test_those_that_are_there_keep_their_times() -> None:
    there, *new = _days(3)
    assert [one.timetable.at for one in stagger(new, [there], Diary())] == [time(10, 30), time(11)]


def test_what_is_booked_otherwise_is_stepped_around() -> None:
    diary = Diary()
    for week in range(8):
        diary.take([MANAGER], at(TUESDAY + timedelta(weeks=week), 10, 30), 30)
    assert [one.timetable.at for one in stagger(_days(3), [], diary)] == [time(10), time(11), time(11, 30)]


def test_when_the_day_is_full_the_rest_begin_with_the_first() -> None:
    times = [one.timetable.at for one in stagger(_days(6, at=time(16)), [], Diary())]
    assert times == [time(16), time(16, 30), time(17), time(17, 30), time(16), time(16)]


def test_reps_of_other_zones_do_not_stand_in_each_others_way() -> None:
    zones = [NEW_YORK, "America/Los_Angeles", "Europe/Berlin", NEW_YORK]
    new = [Days(series(participant(type(REP)(int=20 + n), zone)), TUESDAY, None) for n, zone in enumerate(zones)]
    assert [one.timetable.at for one in stagger(new, [], Diary())] == [time(10)] * 3 + [time(10, 30)]


def test_a_diary_knows_whose_time_is_taken() -> None:
    diary = Diary()
    diary.take([REP, MANAGER], at(TUESDAY, 10), 30)
    assert not diary.is_free([MANAGER], at(TUESDAY, 10, 25), 5)
    assert diary.is_free([MANAGER, OTHER], at(TUESDAY, 10, 30), 30)
    assert diary.is_free([OTHER], at(TUESDAY, 10), 30)
    diary.give_back([MANAGER], at(TUESDAY, 10), 30)
    assert diary.is_free([MANAGER], at(TUESDAY, 10), 30)
