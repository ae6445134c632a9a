"""Places are given in turns: nobody is starved, and no limit is ever exceeded."""

from collections import Counter
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from service.webhooks.sharing import PER_ENDPOINT, PER_ORGANIZATION, Places, share_places


def key(number: int) -> UUID:
    return UUID(int=number)


@given(st.integers(0, 60), st.dictionaries(st.integers(0, 20).map(key), st.integers(0, 10)))
def test_shares_use_every_place_and_are_even(places: int, wanted: dict[UUID, int]) -> None:
    shares = share_places(places, wanted)
    assert sum(shares.values()) == min(places, sum(wanted.values()))
    assert all(0 < count <= wanted[id_] for id_, count in shares.items())
    unmet = [shares.get(id_, 0) for id_ in wanted if shares.get(id_, 0) < wanted[id_]]
    if unmet:
        assert max(shares.values(), default=0) <= min(unmet) + 1


def test_an_organization_and_an_endpoint_have_their_limits() -> None:
    places = Places(1000)
    for number in range(PER_ORGANIZATION):
        assert places.free_for(key(1)) == PER_ORGANIZATION - number
        places.take(key(1), key(100 + number // PER_ENDPOINT))
    assert places.free_at(key(100)) == 0
    assert places.free_for(key(1)) == 0
    assert places.free_for(key(2)) == PER_ORGANIZATION
    assert places.give_back(key(1), key(100)) == key(1)
    assert (places.free_at(key(100)), places.free_for(key(1))) == (1, 1)


def test_who_came_first_is_served_first() -> None:
    places = Places(1)
    places.take(key(1), key(10))
    assert [places.free_for(key(number)) for number in (2, 3, 2)] == [0, 0, 0]
    assert places.give_back(key(1), key(10)) == key(2)
    assert places.free_for(key(1)) == 0  # the one who had a place goes to the end of the line
    assert places.free_for(key(3)) == 0
    assert places.free_for(key(2)) == 1
    places.take(key(2), key(20))
    assert places.next_in_line() is None
    assert places.give_back(key(2), key(20)) == key(3)
    assert places.next_in_line() == key(3)


@given(st.lists(st.integers(0, 7), min_size=1, max_size=200))
def test_everybody_gets_a_turn(order: list[int]) -> None:
    """Eight organizations that always want more share two places: none is ever two turns ahead of another."""
    places, running, served = Places(2), [], Counter[int]()
    for id_ in map(key, range(8)):
        if places.free_for(id_):
            places.take(id_, id_)
            running.append(id_)
            served[id_.int] += 1
    for choice in order:
        while (head := places.next_in_line()) is not None:
            assert places.free_for(head) > 0
            places.take(head, head)
            running.append(head)
            served[head.int] += 1
            places.free_for(head)
        done = running.pop(choice % len(running))
        places.give_back(done, done)
    counts = [served[number] for number in range(8)]
    assert max(counts) - min(counts) <= 2
