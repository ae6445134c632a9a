// What the page knows, read over GraphQL: one function per question, in the shapes that the page draws.

import { ask } from "./graphql.js";
import { BRIEF, CARD, OWN_BOARD, QUADRANTS, TEAM_BOARD, WHO } from "./queries.js";

const nodes = (connection) => connection.edges.map(({ node }) => node);

/** Who reads: `{me, managers}`; a manager comes first of those whose teams they may see. */
export async function readWho(key) {
  const { data } = await ask(key, WHO);
  const managers = nodes(data.people);
  const own = managers.findIndex((manager) => manager.id === data.me.person?.id);
  if (own > 0) managers.unshift(...managers.splice(own, 1));
  return { me: data.me, managers };
}

/** The rows of a team, page by page, or the one of a person; `{manager}` or `{person}` says whose. */
export async function readReps(key, scope, period) {
  if (scope.person) {
    const { data } = await ask(key, OWN_BOARD, { ...scope, period });
    return data.person ? [rowOf(data.person)] : [];
  }
  const rows = [];
  let after = null;
  do {
    const { people } = (await ask(key, TEAM_BOARD, { ...scope, period, after })).data;
    rows.push(...nodes(people).map(rowOf));
    after = people.pageInfo.hasNextPage ? people.pageInfo.endCursor : null;
  } while (after);
  return rows;
}

function rowOf({ id, name, jobRole, nextCoachingSession, scorecard }) {
  const [process, outcome] = scorecard ? [nodes(scorecard.process), nodes(scorecard.outcome)] : [[], []];
  return { id, name, jobRole, next: nextCoachingSession, process, outcome, start: scorecard?.periodStart, end: scorecard?.periodEnd };
}

/** By person's id; null where the reader may not see quadrants. */
export async function readQuadrants(key, scope) {
  const { data } = await ask(key, QUADRANTS, scope);
  if (!data.quadrants) return null;
  return new Map(data.quadrants.people.edges.filter((one) => one.person).map((one) => [one.person.id, one]));
}

/** A rep's gap, commitments and next session; null for somebody whom the reader may not see. */
export async function readCard(key, person) {
  const { data, refused } = await ask(key, CARD, { person });
  return data.person && { person: data.person, gaps: data.skillGaps, gapsRefused: refused.skillGaps };
}

/** `{brief}` of a session about one of its reps, or `{refused}`: why there is none. */
export async function readBrief(key, session, rep) {
  const { data, refused } = await ask(key, BRIEF, { session, rep });
  return { brief: data.coachingBrief, refused: refused.coachingBrief ?? "This brief is not for you." };
}
