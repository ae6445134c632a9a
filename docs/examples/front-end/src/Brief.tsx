// The next brief: a query, and a subscription that keeps the same object of the cache fresh until the session starts.
import { useQuery, useSubscription } from "@apollo/client/react";

import { getFragmentData, graphql } from "./gql";
import { instant } from "./words";

const BRIEF_PARTS = graphql(`
  fragment BriefParts on CoachingBrief {
    id startsAt timeZone repName managerName
    topics(first: 4) { edges { node { id title reason } } }
    kpisBehind(first: 6) { edges { node key } }
    dealsToInspect(first: 4) { edges { node key } }
  }
`);

const BRIEF = graphql(`
  query Brief($session: ID!, $rep: ID!) {
    coachingBrief(sessionId: $session, repId: $rep) { id ...BriefParts }
  }
`);

const BRIEF_CHANGED = graphql(`
  subscription BriefChanged($session: ID!, $rep: ID!) {
    briefChanged(sessionId: $session, repId: $rep) { coachingBrief { id ...BriefParts } }
  }
`);

/** A session may have several reps, each with a brief of their own. */
export function Brief({ session, rep }: { session: string; rep: string }) {
  const { data, error } = useQuery(BRIEF, { variables: { session, rep } });
  useSubscription(BRIEF_CHANGED, { variables: { session, rep } });
  if (!data?.coachingBrief) return <p className="quiet">{error?.message ?? "Loading …"}</p>;
  const brief = getFragmentData(BRIEF_PARTS, data.coachingBrief);
  return (
    <section aria-label="Next brief">
      <p className="over">Next brief</p>
      <h2>{brief.repName} <span className="with">with {brief.managerName}</span></h2>
      <p>{instant(brief.startsAt, brief.timeZone)}</p>
      <h3>To talk about</h3>
      <ol className="topics">
        {brief.topics.edges.map(({ node }) => <li key={node.id}><b>{node.title}</b><p className="quiet">{node.reason}</p></li>)}
      </ol>
      <Part title="Behind pace" statements={brief.kpisBehind.edges} empty="No KPI is behind pace or at risk beyond chance." />
      <Part title="Deals to inspect" statements={brief.dealsToInspect.edges} empty="No open deal stands out." />
    </section>
  );
}

function Part({ title, statements, empty }: { title: string; statements: readonly { node: string; key: string }[]; empty: string }) {
  return (
    <>
      <h3>{title}</h3>
      {statements.length === 0 && <p className="quiet">{empty}</p>}
      <ul className="plain">{statements.map(({ key, node }) => <li key={key}>{node}</li>)}</ul>
    </>
  );
}
