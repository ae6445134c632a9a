// Everything this page asks for. `docs/front-end.md` explains it; a test holds it against the schema.

const LINE = /* GraphQL */ `
  fragment Line on KpiSnapshot {
    id personId kpi name level unit
    value n undecided target expected status probability intervalLow intervalHigh
  }
`;

const REP = /* GraphQL */ `
  fragment Rep on Person {
    id name jobRole
    nextCoachingSession { id startsAt }
    scorecard(period: $period) {
      id periodStart periodEnd
      process(first: 20) { edges { node { ...Line } } }
      outcome(first: 20) { edges { node { ...Line } } }
    }
  }
`;

const BRIEF_PARTS = /* GraphQL */ `
  fragment BriefParts on CoachingBrief {
    id sessionId startsAt endsAt timeZone asOf since managerName repName
    topics(first: 4) { edges { node { id title reason pinned } } }
    kpisBehind(first: 6) { edges { node key } }
    dealsToInspect(first: 4) { edges { node key } }
    wins(first: 3) { edges { node key } }
    changes(first: 5) { edges { node key } }
    agenda { edges { node minutes } }
  }
`;

export const WHO = /* GraphQL */ `
  query Who {
    me { id role person { id name } organization { id name timeZone currency } }
    people(role: MANAGER, first: 200, sort: [NAME]) { edges { node { id name } } }
  }
`;

export const TEAM_BOARD = LINE + REP + /* GraphQL */ `
  query TeamBoard($manager: ID!, $period: Period!, $after: Cursor) {
    people(managerId: $manager, first: 30, after: $after, sort: [NAME]) {
      edges { node { ...Rep } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;

export const OWN_BOARD = LINE + REP + /* GraphQL */ `
  query OwnBoard($person: ID!, $period: Period!) {
    person(id: $person) { ...Rep }
  }
`;

export const QUADRANTS = /* GraphQL */ `
  query Quadrants($manager: ID, $person: ID) {
    quadrants(managerId: $manager, personId: $person) {
      id periodStart periodEnd
      people(first: 200) {
        edges {
          verdict cannotTell explanation prescription settles n decided
          earnedSuccess unlucky lucky earnedFailure
          person { id }
        }
      }
    }
  }
`;

export const CARD = /* GraphQL */ `
  query Card($person: ID!) {
    person(id: $person) {
      id
      commitments(first: 6) { edges { node { id description dueOn owner { id name } } } }
      nextCoachingSession { id startsAt endsAt timeZone manager { id name } }
    }
    skillGaps(personId: $person) {
      id
      people(first: 1) {
        edges {
          verdict explanation
          skills(first: 2) { edges { node standing level required gapLow gapHigh rankOne raters explanation } }
        }
      }
    }
  }
`;

export const BRIEF = BRIEF_PARTS + /* GraphQL */ `
  query Brief($session: ID!, $rep: ID!) {
    coachingBrief(sessionId: $session, repId: $rep) { ...BriefParts }
  }
`;

export const SCORECARD_CHANGED = LINE + /* GraphQL */ `
  subscription ScorecardChanged($manager: ID, $person: ID, $period: Period!) {
    scorecardChanged(managerId: $manager, personId: $person, period: $period) {
      process { edges { node { ...Line } } }
      outcome { edges { node { ...Line } } }
    }
  }
`;

export const SESSION_CHANGED = /* GraphQL */ `
  subscription SessionChanged($manager: ID, $person: ID) {
    sessionChanged(managerId: $manager, personId: $person) {
      coachingSessions { edges { node { id } } }
    }
  }
`;

export const BRIEF_CHANGED = BRIEF_PARTS + /* GraphQL */ `
  subscription BriefChanged($session: ID!, $rep: ID!) {
    briefChanged(sessionId: $session, repId: $rep) { coachingBrief { ...BriefParts } }
  }
`;
