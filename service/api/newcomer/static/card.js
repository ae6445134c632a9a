// A rep's card: each KPI with pace, interval and n; the quadrant in sentences; the focus gap; commitments; the next session.

import { bullet, mark, verdict } from "./board.js";
import { h, unseen } from "./dom.js";
import { STATUS, chance, day, instant, interval, shown } from "./words.js";

const GAP_TITLE = { FOCUS: "Focus", NOTHING_TO_GAIN: "Nothing to gain", CANNOT_TELL: "Cannot tell yet" };

/** `rep` is a row of the board, `quadrant` theirs; `card` is null while it is on its way. */
export function cardOf(rep, quadrant, card, { currency, today }) {
  return [
    h("p", { class: "over" }, "Rep's card"),
    h("h2", {}, rep.name, h("span", { class: "with" }, rep.jobRole ? ` ${rep.jobRole}` : "")),
    lines("Process", rep.process, currency),
    lines("Outcome", rep.outcome, currency),
    ...(quadrant ? luck(quadrant) : []),
    ...(card ? [...gap(card), ...commitments(card, today), ...session(card)] : [h("p", { class: "quiet" }, "Loading …")]),
  ];
}

function lines(title, list, currency) {
  if (!list.length) return h("p", { class: "quiet" }, `${title}: no success model holds for this person.`);
  return h("div", { class: "lines" },
    h("h3", {}, title),
    h("ul", {}, list.map((line) => h("li", { "data-line": line.kpi },
      h("p", { class: "name" }, mark(line.status), " ", line.name, unseen(":")),
      h("p", { class: "of" }, h("b", {}, shown(line.value, line.unit, currency)),
        line.target === null ? "" : ` of ${shown(line.target, line.unit, currency)}`),
      bullet(line, { withInterval: true }),
      h("p", { class: "quiet" }, pace(line, currency))))));
}

/** Pace in words: status, chance, where it ends or lies, and on how many facts that rests. */
function pace(line, currency) {
  const parts = [line.status === null ? "No target" : sentence(STATUS[line.status])];
  if (line.probability !== null && line.status !== "CANNOT_TELL") parts.push(`chance ${chance(line.probability)}`);
  if (line.unit !== "RATIO" && line.expected !== null) parts.push(`${shown(line.expected, line.unit, currency)} due by now`);
  const range = interval(line.intervalLow, line.intervalHigh, line.unit, currency);
  parts.push(range === null ? "no interval yet" : `90 %: ${range}`, `n ${line.n}`);
  if (line.undecided) parts.push(`${line.undecided} undecided`);
  return parts.join(" · ");
}

const sentence = (text) => text[0].toUpperCase() + text.slice(1);

function luck(quadrant) {
  const texts = [quadrant.prescription, quadrant.explanation, quadrant.settles].filter(Boolean);
  return [
    h("h3", {}, "Process apart from outcome"),
    h("div", { class: "verdict" }, verdict(quadrant)),
    ...texts.map((text, place) => h("p", { class: place ? "quiet" : null }, text)),
  ];
}

function gap({ gaps, gapsRefused }) {
  const told = gaps?.people.edges[0];
  if (!told) return [h("h3", {}, "Skill that matters most"), h("p", { class: "quiet" }, gapsRefused ?? "Nobody has assessed this person's skills yet.")];
  const focus = told.skills.edges.filter((skill) => skill.standing === "FOCUS");
  const shownSkills = focus.map((skill) => h("li", {},
    h("p", {}, h("b", {}, skill.node), ` level ${Number(skill.level)} where ${Number(skill.required)} is asked for`),
    h("p", { class: "quiet" }, skill.explanation)));
  return [
    h("h3", {}, "Skill that matters most"),
    h("p", { class: "gap" }, mark(told.verdict === "CANNOT_TELL" ? "CANNOT_TELL" : null), " ", h("b", {}, GAP_TITLE[told.verdict])),
    shownSkills.length ? h("ul", { class: "plain" }, shownSkills) : h("p", { class: "quiet" }, told.explanation),
  ];
}

function commitments({ person }, today) {
  const open = person.commitments.edges.map(({ node }) => node);
  const items = open.map((one) => h("li", {}, h("p", {}, one.description),
    h("p", { class: one.dueOn < today ? "late" : "quiet" },
      `${one.owner?.name ?? "Somebody else"}, ${one.dueOn < today ? "was due on" : "due on"} ${day(one.dueOn)}`)));
  return [h("h3", {}, "Open commitments"), items.length ? h("ul", { class: "plain" }, items) : h("p", { class: "quiet" }, "None is open.")];
}

function session({ person }) {
  const next = person.nextCoachingSession;
  const said = next
    ? h("p", {}, h("time", { datetime: next.startsAt }, instant(next.startsAt, next.timeZone)), ` (${next.timeZone})`, next.manager ? ` with ${next.manager.name}` : "")
    : h("p", { class: "quiet" }, "None is planned.");
  return [h("h3", {}, "Next session"), said];
}
