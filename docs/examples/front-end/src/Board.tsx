// The team board. A query made of the fragments of its parts, and subscriptions that write to the same cache.
import { useQuery, useSubscription } from "@apollo/client/react";
import { type CSSProperties, useState } from "react";

import { Brief } from "./Brief";
import { Card } from "./Card";
import { getFragmentData, graphql } from "./gql";
import type { ColumnsFragment, Period } from "./gql/graphql";
import { RepRow } from "./RepRow";

const TEAM_BOARD = graphql(`
  query TeamBoard($manager: ID!, $period: Period!, $after: Cursor) {
    people(managerId: $manager, first: 30, after: $after, sort: [NAME]) {
      edges { node { id nextCoachingSession { id } ...Columns ...RepRow } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

const COLUMNS = graphql(`
  fragment Columns on Person {
    scorecard(period: $period) {
      id
      process(first: 20) { edges { node { id kpi name } } }
      outcome(first: 20) { edges { node { id kpi name } } }
    }
  }
`);

const QUADRANTS = graphql(`
  query Quadrants($manager: ID!) {
    quadrants(managerId: $manager) {
      id
      people(first: 200) { edges { cursor person { id } ...Verdict } }
    }
  }
`);

// The answer is used by nobody: each snapshot has an id, and the cache puts it where the board reads it.
const SCORECARD_CHANGED = graphql(`
  subscription ScorecardChanged($manager: ID!, $period: Period!) {
    scorecardChanged(managerId: $manager, period: $period) {
      process { edges { node { id ...KpiCell ...KpiLine } } }
      outcome { edges { node { id ...KpiCell ...KpiLine } } }
    }
  }
`);

export interface Organization {
  readonly currency: string;
  readonly timeZone: string;
}

interface Props {
  readonly manager: string;
  readonly period: Period;
  readonly organization: Organization;
}

export function Board({ manager, period, organization }: Props) {
  const { data, error, fetchMore } = useQuery(TEAM_BOARD, { variables: { manager, period } });
  // Whoever may not see quadrants still gets the board: their part is null, with an error beside it.
  const { data: told } = useQuery(QUADRANTS, { variables: { manager }, errorPolicy: "all" });
  useSubscription(SCORECARD_CHANGED, { variables: { manager, period } });
  const [chosen, choose] = useState<string | null>(null);

  if (data === undefined) return <p className="quiet">{error?.message ?? "Loading …"}</p>;
  const people = data.people.edges.map(({ node }) => node);
  const columns = columnsOf(people.map((person) => getFragmentData(COLUMNS, person).scorecard));
  const quadrants = new Map(told?.quadrants?.people.edges.map((edge) => [edge.person?.id, edge]));
  const { hasNextPage, endCursor } = data.people.pageInfo;
  const shown = people.find(({ id }) => id === chosen) ?? people[0];
  if (shown === undefined) return <p className="quiet">Nobody reports to this person today.</p>;

  return (
    <>
      <section aria-label="Team board">
        <div className="board" style={{ "--columns": columns.length } as CSSProperties}>
          <div className="head" aria-hidden="true">
            <span className="kpi">Rep</span>
            {columns.map(({ kpi, name }) => <span className="kpi" key={kpi}>{name}</span>)}
            <span className="kpi">Quadrant: process ↑, wins →</span>
          </div>
          <ul className="reps">
            {people.map((person) => (
              <RepRow
                key={person.id}
                rep={person}
                quadrant={quadrants.get(person.id)}
                kpis={columns}
                currency={organization.currency}
                isChosen={person.id === shown.id}
                onChoose={() => choose(person.id)}
              />
            ))}
          </ul>
        </div>
        {hasNextPage && (
          <button type="button" onClick={() => void fetchMore({ variables: { after: endCursor } })}>Show more</button>
        )}
      </section>
      <div className="sheet">
        <Card person={shown.id} period={period} organization={organization} />
        {shown.nextCoachingSession && <Brief session={shown.nextCoachingSession.id} rep={shown.id} />}
      </div>
    </>
  );
}

type Scorecard = NonNullable<ColumnsFragment["scorecard"]>;

/** The KPIs of a team in the model's order, process first; models may differ by job role. */
function columnsOf(scorecards: readonly (Scorecard | null)[]) {
  const found = new Map<string, { kpi: string; name: string }>();
  for (const level of ["process", "outcome"] as const) {
    for (const scorecard of scorecards) {
      for (const { node } of scorecard?.[level].edges ?? []) if (!found.has(node.kpi)) found.set(node.kpi, node);
    }
  }
  return [...found.values()];
}
