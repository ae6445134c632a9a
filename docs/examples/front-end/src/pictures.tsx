// Small pictures beside their words, which say the same: nothing here is for colour alone, or for the eye alone.
import type { KpiStatus } from "./gql/graphql";

const SHAPES: Record<KpiStatus, React.ReactNode> = {
  AHEAD: <path d="M6 1.5 11 10.5H1Z" />,
  ON_TRACK: <circle cx="6" cy="6" r="4.5" />,
  AT_RISK: <><circle cx="6" cy="6" r="4" className="hollow" /><path d="M6 2a4 4 0 0 1 0 8Z" /></>,
  BEHIND: <path d="M6 10.5 1 1.5h10Z" />,
  CANNOT_TELL: <circle cx="6" cy="6" r="4" className="dashed" />,
};

export function Mark({ status }: { status: KpiStatus | null }) {
  return (
    <svg className={`mark is-${status ?? "NONE"}`} viewBox="0 0 12 12" aria-hidden="true">
      {status ? SHAPES[status] : <path d="M2 6h8" className="hollow" />}
    </svg>
  );
}

const WIDEST = 1.25;

interface BulletProps {
  readonly value: string | null;
  readonly expected: string | null;
  readonly target: string | null;
  readonly status: KpiStatus | null;
}

export function Bullet({ value, expected, target, status }: BulletProps) {
  const full = Number(target);
  const at = (amount: string) => Math.max(0, Math.min(Number(amount) / full, WIDEST)) * (100 / WIDEST);
  return (
    <svg className={`bullet is-${status ?? "NONE"}`} viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      {target !== null && full > 0 && value !== null && (
        <>
          <rect className="track" y="3" width={at(target)} height="2" />
          <rect className="fill" y="2.5" width={at(value)} height="3" />
          {expected !== null && <rect className="tick" x={Math.max(at(expected) - 0.5, 0)} width="1" height="8" />}
        </>
      )}
    </svg>
  );
}

interface SquareProps {
  readonly earnedSuccess: string | null;
  readonly unlucky: string | null;
  readonly lucky: string | null;
  readonly earnedFailure: string | null;
  readonly isTold: boolean;
}

export function Square({ earnedSuccess, unlucky, lucky, earnedFailure, isTold }: SquareProps) {
  const quarters = [[unlucky, 0, 0], [earnedSuccess, 1, 0], [earnedFailure, 0, 1], [lucky, 1, 1]] as const;
  return (
    <svg className="square" viewBox="0 0 30 30" aria-hidden="true">
      {quarters.map(([probability, x, y]) => {
        const place = { x: x * 15.5, y: y * 15.5, width: 14.5, height: 14.5, rx: 2 };
        const opacity = Number(probability ?? 0) * (isTold ? 1 : 0.35);
        return <g key={`${x}${y}`}><rect className="quarter" {...place} /><rect className="probable" {...place} fillOpacity={opacity} /></g>;
      })}
    </svg>
  );
}
