// The team board: a row per rep, a cell per KPI with value, what is due by now and pace, and the quadrant.

import { h, svg, unseen } from "./dom.js";
import { STATUS, VERDICT, WHY_NOT, chance, counted, shown, sureness } from "./words.js";

const WIDEST = 1.25; // of the target: what lies above it is cut off in a bullet

/** The KPIs of a team in the model's order, process first: `{kpi, name, isOutcome}`; models may differ by job role. */
export function columnsOf(reps) {
  const found = new Map();
  for (const [list, isOutcome] of [["process", false], ["outcome", true]]) {
    for (const rep of reps) {
      for (const { kpi, name } of rep[list]) if (!found.has(kpi)) found.set(kpi, { kpi, name, isOutcome });
    }
  }
  return [...found.values()];
}

/** The whole board. `quadrants` maps people's ids to theirs. */
export function board(reps, columns, quadrants, { currency, chosen }) {
  const grid = h("div", { class: "board" }, head(columns), h("ul", { class: "reps" }, reps.map((rep) =>
    h("li", { "data-person": rep.id, class: rep.id === chosen ? "rep is-chosen" : "rep" },
      h("p", { class: "who" },
        h("a", { href: `#rep=${rep.id}`, "aria-current": rep.id === chosen ? "true" : null }, rep.name),
        h("span", { class: "quiet" }, rep.jobRole ?? "")),
      h("dl", { class: "cells" }, columns.map((column) => cell(column, lineOf(rep, column.kpi), currency))),
      h("div", { class: "verdict" }, quadrants && verdict(quadrants.get(rep.id)))))));
  grid.style.setProperty("--columns", columns.length);
  return grid;
}

function head(columns) {
  const first = columns.findIndex((column) => column.isOutcome);
  const groups = first < 1 ? [] : [h("span", { class: "group" }, "Process"), h("span", { class: "group outcome" }, "Outcome")];
  if (groups.length) {
    groups[0].style.gridColumn = `2 / span ${first}`;
    groups[1].style.gridColumn = `${2 + first} / span ${columns.length - first}`;
  }
  return h("div", { class: "head", "aria-hidden": "true" }, groups,
    h("span", { class: "kpi" }, "Rep"),
    columns.map(({ name, isOutcome }, place) => h("span", { class: edge("kpi", isOutcome && place === first) }, name)),
    h("span", { class: "kpi" }, "Quadrant: process ↑, wins →"));
}

const edge = (name, isFirst) => (isFirst ? `${name} is-first` : name);

/** A rep's line of a KPI, or undefined. */
export function lineOf(rep, kpi) {
  return rep.process.find((line) => line.kpi === kpi) ?? rep.outcome.find((line) => line.kpi === kpi);
}

function cell({ kpi, name, isOutcome }, line, currency) {
  return h("div", { class: isOutcome ? "cell outcome" : "cell", "data-kpi": kpi },
    h("dt", {}, name), h("dd", {}, line ? figures(line, currency) : "–"));
}

/** Show a line in its place on the board; answers whether its value or status is another one now. */
export function update(section, line, currency, isNews) {
  const place = section.querySelector(`[data-person="${line.personId}"] [data-kpi="${line.kpi}"] dd`);
  if (!place) return;
  place.replaceChildren(...figures(line, currency));
  place.parentElement.classList.remove("is-new");
  if (isNews) requestAnimationFrame(() => place.parentElement.classList.add("is-new"));
}

function figures(line, currency) {
  const due = line.expected ?? line.target;
  const of = due === null ? "no target" : `of ${shown(due, line.unit, currency)}`;
  const n = line.unit === "RATIO" || line.unit === "DAYS" ? h("span", { class: "n" }, ` n\u00a0${line.n}`) : null;
  return [
    h("span", { class: "value" }, mark(line.status), h("b", {}, shown(line.value, line.unit, currency)),
      unseen(line.status ? `, ${STATUS[line.status]},` : ",")),
    h("span", { class: "due" }, of, unseen(line.expected === null || line.unit === "RATIO" ? "" : " due by now"), n),
    bullet(line),
  ];
}

/** The sign of a status: a shape of its own each, so that no colour is needed to tell them apart. */
export function mark(status) {
  const shapes = {
    AHEAD: [svg("path", { d: "M6 1.5 11 10.5H1Z" })],
    ON_TRACK: [svg("circle", { cx: 6, cy: 6, r: 4.5 })],
    AT_RISK: [svg("circle", { cx: 6, cy: 6, r: 4, class: "hollow" }), svg("path", { d: "M6 2a4 4 0 0 1 0 8Z" })],
    BEHIND: [svg("path", { d: "M6 10.5 1 1.5h10Z" })],
    CANNOT_TELL: [svg("circle", { cx: 6, cy: 6, r: 4, class: "dashed" })],
  };
  const drawn = shapes[status] ?? [svg("path", { d: "M2 6h8", class: "hollow" })];
  return svg("svg", { class: `mark is-${status ?? "NONE"}`, viewBox: "0 0 12 12", "aria-hidden": "true" }, drawn);
}

/** Value against target, with a tick at what is due by now and, where asked, the 90 % interval. */
export function bullet(line, { withInterval = false } = {}) {
  const target = Number(line.target);
  const at = (value) => Math.max(0, Math.min(Number(value) / target, WIDEST)) * (100 / WIDEST);
  const picture = svg("svg", { class: `bullet is-${line.status ?? "NONE"}`, viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" });
  if (!(target > 0) || line.value === null) return picture;
  picture.append(svg("rect", { class: "track", x: 0, y: 3, width: at(target), height: 2 }));
  if (withInterval && line.intervalLow !== null && line.intervalHigh !== null) {
    const low = at(line.intervalLow);
    picture.append(svg("rect", { class: "range", x: low, y: 0.5, width: Math.max(at(line.intervalHigh) - low, 0.8), height: 7 }));
  }
  picture.append(svg("rect", { class: "fill", x: 0, y: 2.5, width: at(line.value), height: 3 }));
  if (line.expected !== null) picture.append(svg("rect", { class: "tick", x: Math.max(at(line.expected) - 0.5, 0), y: 0, width: 1, height: 8 }));
  return picture;
}

/** A person's quadrant: its picture, its name, and how sure it is or why it cannot be told. */
export function verdict(quadrant) {
  if (!quadrant) return [h("span", { class: "quiet" }, "Nothing to hold deals against yet")];
  const sure = sureness(quadrant);
  const said = sure === null ? (WHY_NOT[quadrant.cannotTell] ?? "too little to judge by") : `with a chance of ${chance(sure)}`;
  return [
    square(quadrant),
    h("p", {}, h("b", {}, VERDICT[quadrant.verdict]), h("span", { class: "quiet" }, `${said} · ${quadrant.decided} of ${counted(quadrant.n, "deal", "deals")} decided`)),
  ];
}

/** Process upwards, outcome to the right; each quarter as dark as it is probable, and faint where nothing can be told. */
function square(quadrant) {
  const told = sureness(quadrant) === null ? 0.35 : 1;
  const quarters = [["unlucky", 0, 0], ["earnedSuccess", 1, 0], ["earnedFailure", 0, 1], ["lucky", 1, 1]];
  return svg("svg", { class: "square", viewBox: "0 0 30 30", "aria-hidden": "true" }, quarters.map(([name, x, y]) => {
    const quarter = svg("rect", { x: x * 15.5, y: y * 15.5, width: 14.5, height: 14.5, rx: 2, class: "quarter" });
    const filled = svg("rect", { x: x * 15.5, y: y * 15.5, width: 14.5, height: 14.5, rx: 2, class: "probable", "fill-opacity": told * Number(quadrant[name] ?? 0) });
    return [quarter, filled];
  }).flat());
}

/** How a team stands, in one line. */
export function summary(reps, start, end) {
  const tally = { good: 0, bad: 0, open: 0 };
  for (const { status } of reps.flatMap((rep) => [...rep.process, ...rep.outcome])) {
    if (status === "AHEAD" || status === "ON_TRACK") tally.good += 1;
    else if (status === "AT_RISK" || status === "BEHIND") tally.bad += 1;
    else if (status === "CANNOT_TELL") tally.open += 1;
  }
  const parts = [counted(reps.length, "person", "people"), `${start} to ${end}`];
  parts.push(`${tally.good} on pace or ahead`, `${tally.bad} at risk or behind`);
  if (tally.open) parts.push(`${tally.open} cannot be told yet`);
  return parts.join(" · ");
}
