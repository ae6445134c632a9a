// A rep on the board: a cell per KPI with its pace, and the quadrant or why it cannot be told.
import { getFragmentData, type FragmentType, graphql } from "./gql";
import { Bullet, Mark, Square } from "./pictures";
import { STATUS, VERDICT, WHY_NOT, amount, chance, sureness } from "./words";

const KPI_CELL = graphql(`
  fragment KpiCell on KpiSnapshot {
    id personId kpi name unit value n target expected status
  }
`);

const REP_ROW = graphql(`
  fragment RepRow on Person {
    id name jobRole
    scorecard(period: $period) {
      id
      process(first: 20) { edges { node { id kpi ...KpiCell } } }
      outcome(first: 20) { edges { node { id kpi ...KpiCell } } }
    }
  }
`);

const VERDICT_OF = graphql(`
  fragment Verdict on PersonQuadrantEdge {
    verdict cannotTell n decided earnedSuccess unlucky lucky earnedFailure
  }
`);

interface Props {
  readonly rep: FragmentType<typeof REP_ROW>;
  readonly quadrant: FragmentType<typeof VERDICT_OF> | undefined;
  readonly kpis: readonly { kpi: string; name: string }[];
  readonly currency: string;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

export function RepRow({ rep, quadrant, kpis, currency, isChosen, onChoose }: Props) {
  const { id, name, jobRole, scorecard } = getFragmentData(REP_ROW, rep);
  const lines = scorecard ? [...scorecard.process.edges, ...scorecard.outcome.edges].map(({ node }) => node) : [];
  return (
    <li className={isChosen ? "rep is-chosen" : "rep"} data-person={id}>
      <p className="who">
        <a href="#card" aria-current={isChosen ? "true" : undefined} onClick={onChoose}>{name}</a>{" "}
        <span className="quiet">{jobRole}</span>
      </p>
      <dl className="cells">
        {kpis.map(({ kpi, name: title }) => {
          const line = lines.find((one) => one.kpi === kpi);
          return (
            <div className="cell" data-kpi={kpi} key={kpi}>
              <dt>{title}</dt>
              <dd>{line ? <Figures line={line} currency={currency} /> : "–"}</dd>
            </div>
          );
        })}
      </dl>
      <div className="verdict"><Verdict quadrant={quadrant} /></div>
    </li>
  );
}

function Figures({ line, currency }: { line: FragmentType<typeof KPI_CELL>; currency: string }) {
  const { value, expected, target, unit, n, status } = getFragmentData(KPI_CELL, line);
  const due = expected ?? target;
  return (
    <>
      <span className="value">
        <Mark status={status} />
        <b>{amount(value, unit, currency)}</b>
        {status && <span className="unseen">, {STATUS[status]}</span>}
      </span>
      <span className="due">
        {due === null ? "no target" : `of ${amount(due, unit, currency)}`}
        {unit === "RATIO" && <span className="n"> n {n}</span>}
      </span>
      <Bullet value={value} expected={expected} target={target} status={status} />
    </>
  );
}

function Verdict({ quadrant }: { quadrant: FragmentType<typeof VERDICT_OF> | undefined }) {
  if (quadrant === undefined) return <span className="quiet">Nothing to hold deals against yet</span>;
  const told = getFragmentData(VERDICT_OF, quadrant);
  const sure = sureness(told);
  const why = told.cannotTell ? WHY_NOT[told.cannotTell] : "too little to judge by";
  return (
    <>
      <Square {...told} isTold={sure !== null} />
      <p>
        <b>{VERDICT[told.verdict]}</b>
        <span className="quiet">
          {sure === null ? why : `with a chance of ${chance(sure)}`} · {told.decided} of {told.n} deals decided
        </span>
      </p>
    </>
  );
}
