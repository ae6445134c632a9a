"""The one next step of each key, in words: what to call, or whom to ask; pure."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from service.coaching_capability.keys.agreeing import Agreement
from service.coaching_capability.keys.counting import KeyCounts, Lapse
from service.coaching_capability.keys.covering import Cover
from service.coaching_capability.keys.judging import CapabilityKey
from service.coaching_capability.trees import Member

MOST_NAMED = 3
Members = Mapping[UUID, Member]


def find_next_step(key: CapabilityKey, counts: KeyCounts, members: Members, manager_id: UUID) -> str | None:
    """What to do next for a key; None where nothing is missing."""
    share = counts.shares[key].rate
    if share.denominator and share.numerator == share.denominator:
        return None
    if key is CapabilityKey.MODELS:
        return _models(counts, members)
    if key is CapabilityKey.PROCESS:
        return _process(counts, members)
    if key is CapabilityKey.SKILLS:
        return _skills(counts, members)
    return _cadence(counts, members, manager_id)


def _models(counts: KeyCounts, members: Members) -> str | None:
    without = counts.covers.get(Cover.NO_MODEL, [])
    if without:
        roles = _roles(without, members)
        return (
            f"Ask enablement to activate a success model for {roles}, which {_people(without, members)} "
            f"{_verb(without, 'has', 'have')} none of: POST /v1/success-models/{{id}}/activate."
        )
    untold = counts.covers.get(Cover.NO_TARGETS, [])
    if untold:
        return (
            f"Ask enablement for a next version of the success model with targets of a process KPI and of a result for "
            f"{_people(untold, members)}: POST /v1/success-models."
        )
    return None


def _process(counts: KeyCounts, members: Members) -> str:
    if not counts.shares[CapabilityKey.PROCESS].rate.denominator:
        return (
            "Name the topics that were discussed when a session is completed: POST /v1/coaching-sessions/{id}/complete."
        )
    whom = _most(counts.outcomes, members)
    return (
        f"Ask {whom}, in whose sessions most was about results, to begin the next ones with a process topic of the "
        "brief: GET /v1/coaching-sessions/{id}/brief."
    )


def _skills(counts: KeyCounts, members: Members) -> str | None:
    """What most people wait for; of equals what comes first."""
    stages = [stage for stage in Agreement if stage is not Agreement.AGREED and counts.agreements.get(stage)]
    if not stages:
        return None
    stage = max(stages, key=lambda one: (len(counts.agreements[one]), -list(Agreement).index(one)))
    who = counts.agreements[stage]
    people = _people(who, members)
    if stage is Agreement.NO_FRAMEWORK:
        return (
            f"Ask enablement for a competency framework that names {_roles(who, members)}, which {people} "
            f"{_verb(who, 'needs', 'need')}: POST /v1/competency-frameworks."
        )
    if stage is Agreement.NOT_ASSESSED:
        return f"Rate every skill that the job role of {people} requires: POST /v1/skill-assessments."
    if stage is Agreement.NOT_ACKNOWLEDGED:
        return (
            f"Ask {people} to read and acknowledge what was said of their skills: "
            "POST /v1/skill-assessments/{id}/acknowledge."
        )
    return f"Agree on a plan for the gaps of {people}: POST /v1/development-plans."


def _cadence(counts: KeyCounts, members: Members, manager_id: UUID) -> str:
    owed = counts.shares[CapabilityKey.CADENCE].rate.denominator
    if not owed:
        return "Ask enablement for a programme that covers these reps: POST /v1/coaching-programmes."
    cause = max(Lapse, key=lambda one: sum(counts.lapses.get(one, {}).values()))
    by_manager = counts.lapses.get(cause, {})
    count, whom = sum(by_manager.values()), _most(by_manager, members)
    were = "was" if count == 1 else "were"
    where = f"GET /v1/cadence-adherence?manager_id={manager_id}&tree=true"
    if cause is Lapse.UNSCHEDULED:
        where = f"GET /v1/uncovered-people?manager_id={manager_id}"
    return f"{count} of {owed} owed sessions {were} {cause}: ask {whom}, of whom most are, and see {where}."


def _people(ids: Sequence[UUID], members: Members) -> str:
    names = sorted(members[id_].name for id_ in ids)
    if len(names) > MOST_NAMED:
        return f"{', '.join(names[: MOST_NAMED - 1])} and {len(names) - MOST_NAMED + 1} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _roles(ids: Sequence[UUID], members: Members) -> str:
    roles = sorted({members[id_].known.job_role or "" for id_ in ids})
    named = [role for role in roles if role]
    return " and ".join([*named, *(["those without a job role"] if "" in roles else [])])


def _verb(ids: Sequence[UUID], one: str, several: str) -> str:
    return one if len(ids) == 1 else several


def _most(counts: Mapping[UUID, int], members: Members) -> str:
    """The name of whom most is counted of."""
    person_id, _ = max(counts.items(), key=lambda one: (one[1], str(one[0])), default=(None, 0))
    found = None if person_id is None else members.get(person_id)
    return "the manager" if found is None else found.name
