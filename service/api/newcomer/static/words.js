// Numbers, days and verdicts as a reader wants them. Decimals come as text, so that no digit is lost on the way.

export const STATUS = {
  AHEAD: "ahead",
  ON_TRACK: "on pace",
  AT_RISK: "at risk",
  BEHIND: "behind",
  CANNOT_TELL: "cannot tell yet",
};

export const VERDICT = {
  EARNED_SUCCESS: "Earned success",
  UNLUCKY: "Unlucky",
  LUCKY: "Lucky",
  EARNED_FAILURE: "Earned failure",
  TOO_EARLY: "Cannot tell yet",
  INSUFFICIENT_DATA: "Cannot tell yet",
};

export const WHY_NOT = {
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

const PROBABILITY = {
  EARNED_SUCCESS: "earnedSuccess",
  UNLUCKY: "unlucky",
  LUCKY: "lucky",
  EARNED_FAILURE: "earnedFailure",
};

/** How sure a verdict is, as a number; null where it is none of the four. */
export function sureness(quadrant) {
  const name = PROBABILITY[quadrant.verdict];
  return name ? Number(quadrant[name]) : null;
}

/** A probability in words: what is nearly impossible is not called impossible. */
export function chance(probability) {
  const number = Number(probability);
  if (number < 0.01) return "below 1\u00a0%";
  return number > 0.99 ? "above 99\u00a0%" : `${Math.round(number * 100)}\u00a0%`;
}

/** A value in its unit; "–" where there is none. `currency` is the organization's, an ISO 4217 code. */
export function shown(value, unit, currency) {
  if (value === null || value === undefined) return "–";
  const number = Number(value);
  if (unit === "RATIO") return `${Math.round(number * 100)}\u00a0%`;
  if (unit === "CURRENCY") return money(number, currency);
  if (unit === "SECONDS") return span(number);
  const text = number.toLocaleString("en", { maximumFractionDigits: Math.abs(number) < 10 ? 1 : 0 });
  return unit === "DAYS" ? `${text}\u00a0d` : text;
}

function money(number, currency) {
  const short = Math.abs(number) >= 10000 ? { notation: "compact", maximumFractionDigits: 1 } : { maximumFractionDigits: 0 };
  return number.toLocaleString("en", { style: "currency", currency, ...short });
}

function span(seconds) {
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Both ends of an interval, or null. */
export function interval(low, high, unit, currency) {
  if (low === null || high === null) return null;
  const [from, to] = [shown(low, unit, currency), shown(high, unit, currency)];
  return from === to ? from : `${from} to ${to}`;
}

/** A date of the calendar, which has no time zone of its own. */
export function day(date) {
  const options = { day: "numeric", month: "long", timeZone: "UTC" };
  return new Intl.DateTimeFormat("en-GB", options).format(new Date(`${date}T00:00:00Z`));
}

/** An instant by the clock of a time zone. */
export function instant(at, timeZone) {
  const options = { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", timeZone };
  return new Intl.DateTimeFormat("en-GB", options).format(new Date(at));
}

/** The time of day of an instant, with seconds. */
export function clock(at) {
  return new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" }).format(at);
}

/** "1 person", "2 people". */
export const counted = (number, one, many) => `${number} ${number === 1 ? one : many}`;
