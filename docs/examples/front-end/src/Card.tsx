// A rep's card: each KPI with pace, interval and n; the open commitments; the next session.
import { useQuery } from "@apollo/client/react";

import type { Organization } from "./Board";
import { getFragmentData, type FragmentType, graphql } from "./gql";
import type { Period } from "./gql/graphql";
import { Mark } from "./pictures";
import { STATUS, amount, chance, day, instant } from "./words";

const KPI_LINE = graphql(`
  fragment KpiLine on KpiSnapshot {
    id kpi name unit value n target status probability intervalLow intervalHigh
  }
`);

const CARD = graphql(`
  query Card($person: ID!, $period: Period!) {
    person(id: $person) {
      id name jobRole
      scorecard(period: $period) {
        id
        process(first: 20) { edges { node { id ...KpiLine } } }
        outcome(first: 20) { edges { node { id ...KpiLine } } }
      }
      commitments(first: 6) { edges { node { id description dueOn owner { id name } } } }
      nextCoachingSession { id startsAt timeZone manager { id name } }
    }
  }
`);

interface Props {
  readonly person: string;
  readonly period: Period;
  readonly organization: Organization;
}

export function Card({ person, period, organization }: Props) {
  const { data, error } = useQuery(CARD, { variables: { person, period } });
  const rep = data?.person;
  if (!rep) return <p className="quiet">{error?.message ?? "Loading …"}</p>;
  const next = rep.nextCoachingSession;
  const open = rep.commitments.edges.map(({ node }) => node);
  return (
    <section id="card" aria-label="Rep's card">
      <h2>{rep.name} <span className="with">{rep.jobRole}</span></h2>
      {(["process", "outcome"] as const).map((level) => (
        <div className="lines" key={level}>
          <h3>{level === "process" ? "Process" : "Outcome"}</h3>
          <ul>
            {rep.scorecard?.[level].edges.map(({ node }) => (
              <Line key={node.id} line={node} currency={organization.currency} />
            ))}
          </ul>
        </div>
      ))}
      <h3>Open commitments</h3>
      {open.length === 0 && <p className="quiet">None is open.</p>}
      <ul className="plain">
        {open.map((one) => (
          <li key={one.id}>{one.description} <span className="quiet">{one.owner?.name}, due on {day(one.dueOn)}</span></li>
        ))}
      </ul>
      <h3>Next session</h3>
      {next ? <p>{instant(next.startsAt, next.timeZone)} with {next.manager?.name}</p> : <p className="quiet">None is planned.</p>}
    </section>
  );
}

function Line({ line, currency }: { line: FragmentType<typeof KPI_LINE>; currency: string }) {
  const { name, unit, value, n, target, status, probability, intervalLow, intervalHigh } = getFragmentData(KPI_LINE, line);
  const show = (one: string | null) => amount(one, unit, currency);
  const pace = [
    status ? STATUS[status] : "no target",
    ...(probability !== null && status !== "CANNOT_TELL" ? [`chance ${chance(Number(probability))}`] : []),
    intervalLow !== null && intervalHigh !== null ? `90 %: ${show(intervalLow)} to ${show(intervalHigh)}` : "no interval yet",
    `n ${n}`,
  ];
  return (
    <li>
      <p className="name"><Mark status={status} /> {name}</p>
      <p className="of"><b>{show(value)}</b>{target !== null && ` of ${show(target)}`}</p>
      <p className="quiet">{pace.join(" · ")}</p>
    </li>
  );
}
