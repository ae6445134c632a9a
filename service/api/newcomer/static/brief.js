// The next brief: what the two have before them, in the words of the brief itself.

import { h } from "./dom.js";
import { day, instant } from "./words.js";

/** The brief of a session as nodes of its section. */
export function briefOf(brief) {
  return [
    h("p", { class: "over" }, "Next brief"),
    h("h2", {}, brief.repName, h("span", { class: "with" }, ` with ${brief.managerName}`)),
    h("p", {}, h("time", { datetime: brief.startsAt }, instant(brief.startsAt, brief.timeZone)), ` (${brief.timeZone})`),
    h("h3", {}, "To talk about"),
    topics(brief.topics),
    ...part("Behind pace", brief.kpisBehind, "No KPI is behind pace or at risk beyond chance."),
    ...part("Deals to inspect", brief.dealsToInspect, "No open deal breaks a standard or stays too long."),
    ...part("Wins", brief.wins, "No deal was won since then."),
    ...part(`Since ${day(brief.since.slice(0, 10))}`, brief.changes, "Nothing worth telling has changed."),
    h("h3", {}, "The session"),
    h("ol", { class: "agenda" }, brief.agenda.edges.map((section) =>
      h("li", {}, h("span", {}, section.node), h("span", { class: "quiet" }, `${section.minutes} min`)))),
  ];
}

function topics({ edges }) {
  if (!edges.length) return h("p", { class: "quiet" }, "No topic is open.");
  return h("ol", { class: "topics" }, edges.map(({ node }) => h("li", {},
    h("p", {}, h("b", {}, node.title), node.pinned ? " (pinned)" : ""),
    node.reason === node.title ? null : h("p", { class: "quiet" }, node.reason))));
}

function part(title, { edges }, empty) {
  const said = edges.map((statement) => h("li", { "data-key": statement.key }, h("p", {}, statement.node)));
  return [h("h3", {}, title), said.length ? h("ul", { class: "plain" }, said) : h("p", { class: "quiet" }, empty)];
}
