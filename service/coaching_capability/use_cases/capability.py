"""Whether the four keys to coaching are in place, per manager and tree; a constant number of statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_capability.dto.capability import CapabilityQuery, CapabilityShareDTO, ManagerCapabilityDTO
from service.coaching_capability.keys.counting import KeyCounts, count_keys
from service.coaching_capability.keys.judging import (
    CapabilityKey,
    StandardVerdict,
    compare_to_before,
    compare_to_standard,
)
from service.coaching_capability.keys.next_steps import find_next_step
from service.coaching_capability.permissions import Permission
from service.coaching_capability.trees import DAY, Member, Reach, Tree, grow, managers_within, reach_below
from service.coaching_capability.use_cases.loading import Facts, load_facts, load_lines, load_members
from service.coaching_sessions.use_cases.ledger import AccountFrame, frame_account
from service.core.errors import not_found
from service.core.pagination import Page, PageRequest, cut_list
from service.core.principal import Principal, require
from service.organizations.dto.organizations import OrganizationDTO
from service.organizations.hierarchy import LinesOf, Span
from service.organizations.use_cases.organizations import get_organization

METHOD = (
    "Each rep counts as they stood on the last day on which they were in the tree; sessions count for whoever was to "
    "hold them on the day they were due. Wilson intervals of 90 %; topics of a session and sessions of a rep count as "
    "as many independent ones as they are worth. Changes: Newcombe's method 10 (MOVER) on these intervals. A key is "
    "below the standard, better or worse only where the whole interval says so."
)
Standards = Mapping[CapabilityKey, Decimal]


@dataclass(frozen=True, slots=True)
class Spans:
    """The period asked for and the one before, of the same length; ends excluded."""

    before: Span
    now: Span

    @property
    def both(self) -> Span:
        """From the first day of the one until the end of the other."""
        return self.before[0], self.now[1]


@dataclass(frozen=True, slots=True)
class Forest:
    """Who reported to whom, and the days that are asked about."""

    frame: AccountFrame
    spans: Spans
    lines_of: LinesOf
    members: Mapping[UUID, Member]


async def list_coaching_capability(
    session: AsyncSession, principal: Principal, query: CapabilityQuery, page: PageRequest
) -> Page[ManagerCapabilityDTO]:
    """A page of the managers to whom somebody reported on a day of the span, by name.

    A manager reads themself and those below, of each what counted while they were below; stewards and keys of the
    organization all. `not_found` for a manager who was not within the caller's scope on any day of both periods;
    `invalid` for a span that is empty or too long.
    """
    require(principal, Permission.COACHING_CAPABILITY_READ)
    forest = await load_forest(session, principal, query)
    names = forest.members
    reach = find_reach(principal, forest, query.manager_id)
    there = managers_within(forest.lines_of, reach, forest.spans.now)
    listed = sorted((names[id_].name, str(id_), id_) for id_ in there if id_ in names)
    found = cut_list([one[2] for one in listed], [one[:2] for one in listed], page, length=2)
    return found.with_items(await present_trees(session, principal, forest, found.items, reach, whole=query.tree))


async def get_manager_capability(
    session: AsyncSession, principal: Principal, query: CapabilityQuery
) -> ManagerCapabilityDTO:
    """The one of `manager_id`, as in the list; `not_found` where that list has none of them."""
    require(principal, Permission.COACHING_CAPABILITY_READ)
    forest = await load_forest(session, principal, query)
    reach = find_reach(principal, forest, query.manager_id)
    if query.manager_id not in managers_within(forest.lines_of, reach, forest.spans.now):
        raise not_found("person")
    (found,) = await present_trees(session, principal, forest, [query.manager_id], reach, whole=query.tree)
    return found


async def load_forest(session: AsyncSession, principal: Principal, query: CapabilityQuery) -> Forest:
    """Who reported to whom, and the days of a question; `invalid` for a span that is empty or too long."""
    frame = await frame_account(session, principal, query)
    end = frame.to_on + DAY
    spans = Spans((frame.from_on - (end - frame.from_on), frame.from_on), (frame.from_on, end))
    lines_of = await load_lines(session, principal.org_id)
    return Forest(frame, spans, lines_of, await load_members(session, principal.org_id, lines_of))


async def present_trees(
    session: AsyncSession,
    principal: Principal,
    forest: Forest,
    manager_ids: Iterable[UUID],
    reach: Reach | None,
    *,
    whole: bool,
) -> list[ManagerCapabilityDTO]:
    """The trees of some managers, of each what counted while they were within reach."""
    both = forest.spans.both
    trees = [grow(forest.lines_of, id_, [both] if reach is None else reach[id_], whole=whole) for id_ in manager_ids]
    facts = await load_facts(session, principal, forest.frame, forest.spans.before[0], forest.members, trees)
    standards = standards_of(await get_organization(session, principal.as_system()))
    return [present_tree(tree, facts, forest.spans, standards, whole=whole) for tree in trees]


def standards_of(organization: OrganizationDTO) -> Standards:
    """What the organization wants of each key at least."""
    return {key: getattr(organization, f"coaching_standard_{key}") for key in CapabilityKey}


def find_reach(principal: Principal, forest: Forest, manager_id: UUID | None) -> Reach | None:
    """Whom the caller sees of whom they ask for, on which days; None: everybody, always."""
    lines_of, both = forest.lines_of, forest.spans.both
    seen: Reach | None = None
    if not principal.sees_everyone and principal.person_id is not None:
        seen = reach_below(lines_of, principal.person_id, [both])
    if manager_id is None:
        return seen
    spans: Sequence[Span] = [both] if seen is None else seen.get(manager_id, [])
    if not spans or manager_id not in forest.members:
        raise not_found("person")
    return reach_below(lines_of, manager_id, spans)


def present_tree(tree: Tree, facts: Facts, spans: Spans, standards: Standards, *, whole: bool) -> ManagerCapabilityDTO:
    """The four keys of a tree."""
    now, before = (
        count_keys(facts.of_period(tree, span), facts.cover_of, facts.agreement_of, facts.instant_of)
        for span in (spans.now, spans.before)
    )
    keys = [_present(key, now, before, standards[key], facts, tree.manager_id) for key in CapabilityKey]
    verdicts = [one.verdict for one in keys]
    manager = facts.members[tree.manager_id]
    return ManagerCapabilityDTO(
        id=tree.manager_id,
        name=manager.name,
        left_on=manager.known.left_on,
        tree=whole,
        from_on=facts.frame.from_on,
        to_on=facts.frame.to_on,
        as_of=facts.frame.moment.at,
        people=now.shares[CapabilityKey.MODELS].n,
        keys_met=verdicts.count(StandardVerdict.MET),
        keys_below=verdicts.count(StandardVerdict.BELOW),
        keys=keys,
        method=METHOD,
    )


def _present(
    key: CapabilityKey, now: KeyCounts, before: KeyCounts, standard: Decimal, facts: Facts, manager_id: UUID
) -> CapabilityShareDTO:
    share, earlier = now.shares[key], before.shares[key]
    verdict, explanation = compare_to_standard(key, share, standard)
    change = compare_to_before(key, share, earlier)
    return CapabilityShareDTO(
        key=key,
        numerator=share.rate.numerator,
        denominator=share.rate.denominator,
        n=share.n,
        share=share.rate.rate,
        interval_low=share.rate.interval_low,
        interval_high=share.rate.interval_high,
        standard=standard,
        verdict=verdict,
        explanation=explanation,
        before_numerator=earlier.rate.numerator,
        before_denominator=earlier.rate.denominator,
        before_share=earlier.rate.rate,
        change=change.value,
        change_low=change.low,
        change_high=change.high,
        trend=change.trend,
        next_step=find_next_step(key, now, facts.members, manager_id),
    )
