// Scalars and enums as a reader wants them. `Record` over a generated enum: a value that is new is a compile error.
import type { KpiStatus, KpiUnit, QuadrantCannotTell, QuadrantVerdict } from "./gql/graphql";

export const STATUS: Record<KpiStatus, string> = {
  AHEAD: "ahead",
  ON_TRACK: "on pace",
  AT_RISK: "at risk",
  BEHIND: "behind",
  CANNOT_TELL: "cannot tell yet",
};

export const VERDICT: Record<QuadrantVerdict, string> = {
  EARNED_SUCCESS: "Earned success",
  UNLUCKY: "Unlucky",
  LUCKY: "Lucky",
  EARNED_FAILURE: "Earned failure",
  TOO_EARLY: "Cannot tell yet",
  INSUFFICIENT_DATA: "Cannot tell yet",
};

export const WHY_NOT: Record<QuadrantCannotTell, string> = {
  OPEN_DEALS_DECIDE: "the open deals decide",
  TOO_FEW_DECIDED: "too few deals are decided",
  PROCESS_UNKNOWN: "nothing is known of the process",
  PROCESS_CLOSE: "the process is close to the standard",
  OUTCOME_CLOSE: "the wins are close to what was expected",
  BOTH_CLOSE: "process and wins are close to what was expected",
  NO_DEALS: "no deal was open",
  NOBODY_TO_COMPARE: "nobody else has decided deals",
  ALL_THE_SAME: "all deals ended the same way",
};

interface Quadrant {
  readonly verdict: QuadrantVerdict;
  readonly earnedSuccess: string | null;
  readonly unlucky: string | null;
  readonly lucky: string | null;
  readonly earnedFailure: string | null;
}

/** How sure the verdict is; null where it is none of the four. */
export function sureness(quadrant: Quadrant): number | null {
  switch (quadrant.verdict) {
    case "EARNED_SUCCESS": return Number(quadrant.earnedSuccess);
    case "UNLUCKY": return Number(quadrant.unlucky);
    case "LUCKY": return Number(quadrant.lucky);
    case "EARNED_FAILURE": return Number(quadrant.earnedFailure);
    case "TOO_EARLY":
    case "INSUFFICIENT_DATA": return null;
  }
}

/** A Decimal is text, so that no digit is lost on the way; only what is shown becomes a number. */
export function amount(value: string | null, unit: KpiUnit, currency: string): string {
  if (value === null) return "–";
  const number = Number(value);
  const digits = { maximumFractionDigits: Math.abs(number) < 10 ? 1 : 0 };
  switch (unit) {
    case "RATIO": return `${Math.round(number * 100)}\u00a0%`;
    case "CURRENCY": return number.toLocaleString("en", { style: "currency", currency, notation: "compact" });
    case "DAYS": return `${number.toLocaleString("en", digits)}\u00a0d`;
    case "SECONDS": return `${Math.round(number / 60)}\u00a0min`;
    case "COUNT": return number.toLocaleString("en", digits);
  }
}

/** What is nearly impossible is not called impossible. */
export function chance(probability: number): string {
  if (probability < 0.01) return "below 1\u00a0%";
  return probability > 0.99 ? "above 99\u00a0%" : `${Math.round(probability * 100)}\u00a0%`;
}

const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", timeZone: "UTC" });

/** A Date has no time zone: it is the same day everywhere. */
export const day = (date: string) => DAY.format(new Date(`${date}T00:00:00Z`));

/** A DateTime is an instant; whose clock it is told by is the session's. */
export const instant = (at: string, timeZone: string) =>
  new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", timeZone, timeZoneName: "short" }).format(new Date(at));
