"""Whom a programme covers: joiners, movers and leavers ahead, trees that change, and the filters."""

from datetime import date
from uuid import UUID

from service.coaching_sessions.roster import Audience, CadenceEnd, HandOver, Member, Pair, Roster
from service.organizations.hierarchy import Line

TOP, EAST, WEST, ANN, BOB = (UUID(int=n) for n in range(1, 6))
FIRST, LAST = date(2027, 3, 1), date(2027, 4, 26)
ALWAYS = date(2026, 1, 1)


def line(person: UUID, manager: UUID, start: date = ALWAYS, end: date | None = None) -> Line:
    return Line(person, manager, start, end)


TREE = [line(EAST, TOP), line(WEST, TOP), line(ANN, EAST), line(BOB, WEST)]


def roster(lines: list[Line], *members: Member) -> Roster:
    people = {id_: Member(id_) for id_ in (TOP, EAST, WEST, ANN, BOB)}
    return Roster(people | {one.id: one for one in members}, lines)


def found(one: Roster, audience: Audience = Audience()) -> set[tuple[UUID, UUID, date, date | None]]:  # noqa: B008 - frozen
    return {(pair.manager_id, pair.rep_id, pair.from_on, pair.to_on) for pair in one.find_pairs(audience, FIRST, LAST)}


def test_everybody_who_reports_to_somebody() -> None:
    assert found(roster(TREE)) == {
        (TOP, EAST, ALWAYS, None),
        (TOP, WEST, ALWAYS, None),
        (EAST, ANN, ALWAYS, None),
        (WEST, BOB, ALWAYS, None),
    }


def test_only_the_tree_below_a_manager() -> None:
    assert found(roster(TREE), Audience(manager_id=EAST)) == {(EAST, ANN, ALWAYS, None)}
    assert len(found(roster(TREE), Audience(manager_id=TOP))) == 4


def test_team_and_job_role_must_both_fit() -> None:
    team = UUID(int=99)
    ann = Member(ANN, job_role="SDR", teams=frozenset({str(team), "East"}))
    one = roster(TREE, ann, Member(BOB, job_role="SDR"))
    assert {pair[1] for pair in found(one, Audience(job_role="SDR"))} == {ANN, BOB}
    assert {pair[1] for pair in found(one, Audience(job_role="SDR", team_id=team))} == {ANN}
    assert found(one, Audience(job_role="AE", team_id=team)) == set()


def test_a_joiner_begins_on_their_first_day_and_a_leaver_ends_on_their_last() -> None:
    ann = Member(ANN, hired_on=date(2027, 3, 15))
    bob = Member(BOB, left_on=date(2027, 3, 31))
    pairs = {pair.rep_id: pair for pair in roster(TREE, ann, bob).find_pairs(Audience(), FIRST, LAST)}
    assert pairs[ANN] == Pair(EAST, ANN, date(2027, 3, 15), None, None)
    assert pairs[BOB] == Pair(WEST, BOB, ALWAYS, date(2027, 3, 31), CadenceEnd.LEFT)


def test_whoever_begins_after_the_horizon_is_not_there_yet_and_whoever_left_before_is_not_any_more() -> None:
    ann = Member(ANN, hired_on=date(2027, 4, 27))
    bob = Member(BOB, left_on=date(2027, 2, 28))
    assert {pair[1] for pair in found(roster(TREE, ann, bob))} == {EAST, WEST}


def test_a_manager_who_leaves_ends_it_too() -> None:
    pairs = roster(TREE, Member(EAST, left_on=date(2027, 4, 1))).find_pairs(Audience(), FIRST, LAST)
    assert {(pair.rep_id, pair.to_on, pair.end) for pair in pairs if pair.to_on} == {
        (EAST, date(2027, 4, 1), CadenceEnd.LEFT),
        (ANN, date(2027, 4, 1), CadenceEnd.LEFT),
    }


def test_a_mover_has_one_manager_after_the_other() -> None:
    lines = [*TREE[:2], line(ANN, EAST, ALWAYS, date(2027, 4, 1)), line(ANN, WEST, date(2027, 4, 1))]
    pairs = [pair for pair in roster(lines).find_pairs(Audience(), FIRST, LAST) if pair.rep_id == ANN]
    assert pairs == [
        Pair(EAST, ANN, ALWAYS, date(2027, 3, 31), CadenceEnd.MOVED),
        Pair(WEST, ANN, date(2027, 4, 1), None, None),
    ]


def test_two_lines_to_the_same_manager_are_one_pair() -> None:
    lines = [line(ANN, EAST, ALWAYS, date(2027, 3, 10)), line(ANN, EAST, date(2027, 3, 10))]
    assert found(roster(lines)) == {(EAST, ANN, ALWAYS, None)}


def test_a_reorganization_takes_a_whole_branch_out_of_the_tree() -> None:
    """The rep's own line stays; that of the manager above them ends in the middle of the year."""
    lines = [line(EAST, TOP, ALWAYS, date(2027, 4, 1)), line(ANN, EAST), line(EAST, WEST, date(2027, 4, 1))]
    pairs = {pair.rep_id: pair for pair in roster(lines).find_pairs(Audience(manager_id=TOP), FIRST, LAST)}
    assert pairs[ANN] == Pair(EAST, ANN, ALWAYS, date(2027, 3, 31), CadenceEnd.NOT_COVERED)
    assert pairs[EAST] == Pair(TOP, EAST, ALWAYS, date(2027, 3, 31), CadenceEnd.MOVED)
    below = roster(lines).find_pairs(Audience(manager_id=WEST), FIRST, LAST)
    assert {(pair.rep_id, pair.from_on) for pair in below} == {(EAST, date(2027, 4, 1)), (ANN, date(2027, 4, 1))}


def test_a_programme_ends_for_all() -> None:
    pairs = roster(TREE).find_pairs(Audience(ends_on=date(2027, 3, 31)), FIRST, LAST)
    assert {(pair.to_on, pair.end) for pair in pairs} == {(date(2027, 3, 31), CadenceEnd.PROGRAMME_ENDED)}


def test_lines_in_a_circle_end_the_search() -> None:
    assert found(roster([line(ANN, BOB), line(BOB, ANN)]), Audience(manager_id=ANN)) == {
        (ANN, BOB, ALWAYS, None),
        (BOB, ANN, ALWAYS, None),
    }


def test_a_hand_over_holds_until_the_line_ends_and_is_handed_on() -> None:
    first, second, moved_on = date(2027, 3, 9), date(2027, 3, 16), date(2027, 3, 30)
    lines = [*TREE[:2], line(ANN, EAST, end=moved_on), line(ANN, TOP, moved_on), TREE[3]]
    one = Roster(
        {id_: Member(id_) for id_ in (TOP, EAST, WEST, ANN, BOB)},
        lines,
        [HandOver(EAST, WEST, frozenset({ANN}), first), HandOver(WEST, TOP, frozenset({ANN}), second)],
    )
    pairs = [pair for pair in one.find_pairs(Audience(), FIRST, LAST) if pair.rep_id == ANN]
    assert {(pair.manager_id, pair.from_on, pair.to_on, pair.end) for pair in pairs} == {
        (EAST, ALWAYS, date(2027, 3, 8), CadenceEnd.HANDED_OVER),
        (WEST, first, date(2027, 3, 15), CadenceEnd.HANDED_OVER),
        (TOP, second, None, None),
    }
    days = (FIRST, first, second, moved_on)
    assert [one.coach_of(ANN, day) for day in days] == [EAST, WEST, TOP, TOP]
    # Who covers whom is still said by the lines.
    below = [pair.manager_id for pair in one.find_pairs(Audience(manager_id=EAST), FIRST, LAST)]
    assert below == [TOP, EAST, WEST]


def test_a_line_of_before_ends_a_hand_over() -> None:
    moved_on = date(2027, 3, 16)
    lines = [line(ANN, EAST, end=moved_on), line(ANN, TOP, moved_on)]
    hand_over = HandOver(EAST, WEST, frozenset({ANN}), date(2027, 3, 9))
    one = Roster({id_: Member(id_) for id_ in (TOP, EAST, WEST, ANN)}, lines, [hand_over])
    (west,) = [pair for pair in one.find_pairs(Audience(), FIRST, LAST) if pair.manager_id == WEST]
    assert (west.from_on, west.to_on, west.end) == (date(2027, 3, 9), date(2027, 3, 15), CadenceEnd.MOVED)
    assert one.coach_of(BOB, FIRST) is None
