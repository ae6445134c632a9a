"""Trees that fall below the organization's own standard are told of, once until they met it again. For the worker.

Nobody is judged on noise: a key has fallen where the whole interval lies below the standard, and has risen where the
share reaches it again. Between the two it stays what it was, so that nothing is told twice by chance alone.
"""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_capability.dto.capability import CapabilityQuery, ManagerCapabilityDTO
from service.coaching_capability.keys.judging import StandardVerdict
from service.coaching_capability.permissions import Permission
from service.coaching_capability.repository import standing as repository
from service.coaching_capability.repository.standing import Place
from service.coaching_capability.trees import DAY, managers_within
from service.coaching_capability.use_cases.capability import load_forest, present_trees
from service.core.principal import Principal, require
from service.organizations.use_cases.scope import local_today
from service.webhooks.outbox import EventType, emit_many


async def tell_falls(session: AsyncSession, principal: Principal, now: datetime) -> int:
    """Look at every tree that somebody is in today, once a day of the organization; how many falls were told of."""
    require(principal, Permission.COACHING_CAPABILITY_READ)
    today = await local_today(session, principal.org_id)
    last = await repository.last_review(session, principal.org_id)
    if last is not None and last >= today:
        return 0
    if not await repository.claim_review(session, principal.org_id, today):
        return 0
    found = {
        (one.id, key.key.value): (one, key.verdict) for one in await _look(session, principal, now) for key in one.keys
    }
    below = await repository.list_below(session, principal.org_id)
    fallen = [place for place, (_, verdict) in found.items() if verdict is StandardVerdict.BELOW and place not in below]
    risen = [place for place, (_, verdict) in found.items() if verdict is StandardVerdict.MET and place in below]
    await repository.note_standing(session, principal.org_id, fallen, now, is_below=True)
    await repository.note_standing(session, principal.org_id, risen, now, is_below=False)
    told = [(EventType.COACHING_CAPABILITY_FELL_BELOW_STANDARD, _data(place, found[place][0])) for place in fallen]
    await emit_many(session, principal.org_id, told)
    return len(told)


async def _look(session: AsyncSession, principal: Principal, now: datetime) -> list[ManagerCapabilityDTO]:
    """Every tree that somebody is in today, of a manager who is still there."""
    forest = await load_forest(session, principal, CapabilityQuery(as_of=now))
    members, today = forest.members, (forest.frame.to_on, forest.frame.to_on + DAY)
    there = [
        id_
        for id_ in sorted(managers_within(forest.lines_of, None, today))
        if id_ in members and members[id_].last_day_in(today) is not None
    ]
    return await present_trees(session, principal, forest, there, None, whole=True) if there else []


def _data(place: Place, found: ManagerCapabilityDTO) -> dict[str, object]:
    return {"manager_id": place[0], "key": place[1], "from_on": found.from_on, "to_on": found.to_on}
