// Ties the page together: sign in, read, subscribe, draw. Query first, subscribe, query again whenever the socket stands.

import { board, columnsOf, lineOf, summary, update } from "./board.js";
import { briefOf } from "./brief.js";
import { cardOf } from "./card.js";
import { byId, only } from "./dom.js";
import { NoAnswer, NotSignedIn } from "./graphql.js";
import { Live } from "./live.js";
import { BRIEF_CHANGED, SCORECARD_CHANGED, SESSION_CHANGED } from "./queries.js";
import { readBrief, readCard, readQuadrants, readReps, readWho } from "./reading.js";
import { chosenRep, forget, keep, keyOfTab } from "./session.js";
import { STATUS, clock, day, shown } from "./words.js";

const LIVE = { off: "", connecting: "Connecting …", live: "Live", reconnecting: "Reconnecting …" };
const SETTLE = 8_000; // milliseconds without another change until the quadrants, which rest on many facts, are read again
const STANDS = 5_000; // milliseconds after which a subscription certainly stands: what changed while it began is read once more
const AGE = 300_000; // milliseconds until everything is read again although nothing was told: the day goes on
const NOTHING = {
  key: null, live: null, me: null, managers: [], scope: null,
  reps: [], quadrants: null, chosen: null, card: null, brief: null, about: null, // `about`: whose brief, of which session
};

let state = { ...NOTHING };
let settling = 0, retrying = 0;

const period = () => document.querySelector('input[name="period"]:checked').value;
const currency = () => state.me.organization.currency;
const today = () => new Intl.DateTimeFormat("en-CA", { timeZone: state.me.organization.timeZone }).format(new Date());
const chosen = () => state.reps.find((rep) => rep.id === state.chosen);

/** Run a step of reading; what went wrong is said, and all is read again where that can help. */
async function attempt(step) {
  const key = state.key;
  try {
    await step();
    if (key === state.key) notice(null);
  } catch (error) {
    if (key !== state.key) return;
    if (error instanceof NoAnswer) {
      notice(`${error.message} Trying again in ${error.seconds} s.`);
      clearTimeout(retrying);
      retrying = setTimeout(() => key === state.key && (state.live ? attempt(load) : signIn(key)), error.seconds * 1000);
    } else if (error instanceof NotSignedIn || !state.me) signOut(error.message);
    else notice(error.message);
  }
}

function notice(text) {
  byId("notice").hidden = !text;
  if (byId("notice").textContent !== (text ?? "")) byId("notice").textContent = text ?? "";
}

function signOut(message) {
  state.live?.end();
  for (const timer of [settling, retrying]) clearTimeout(timer);
  forget();
  state = { ...NOTHING };
  document.title = "Touchline";
  for (const id of ["organization", "team", "summary", "board", "card", "brief", "latest"]) byId(id).replaceChildren();
  for (const [id, hidden] of [["signed-in", true], ["sign-out", true], ["sign-in", false]]) byId(id).hidden = hidden;
  showLive("off");
  notice(message);
  byId("key").focus();
}

async function signIn(key) {
  state.live?.end();
  state = { ...NOTHING, key };
  byId("sign-in").hidden = true;
  byId("sign-out").hidden = false;
  await attempt(async () => {
    const found = await readWho(key);
    if (key !== state.key) return;
    Object.assign(state, found);
    keep(key);
    const { person, organization } = state.me;
    byId("organization").textContent = organization.name;
    byId("signed-in").hidden = false;
    byId("manager").replaceChildren(...state.managers.map((manager) => new Option(manager.name, manager.id)));
    byId("manager-choice").hidden = state.managers.length < 2;
    if (!state.managers.length && !person) {
      byId("team").textContent = organization.name;
      return only(byId("board"), "There is no team to show: this key sees no manager, and is nobody's own.");
    }
    state.scope = state.managers.length ? { manager: state.managers[0].id } : { person: person.id };
    await load();
    state.live = new Live(key, { state: showLive, ready: catchUp, refused: stillGood });
    follow();
  });
}

/** The subscriptions were sent: read at once what was missed, and again when they stand, so that nothing falls between. */
function catchUp() {
  const { live } = state;
  attempt(load);
  setTimeout(() => live === state.live && attempt(load), STANDS);
}

/** After a refused connection: HTTP tells whether the key has ended, or only what it may do has changed. */
async function stillGood() {
  await attempt(async () => Object.assign(state, { me: (await readWho(state.key)).me }));
  return state.key !== null;
}

function showLive(name) {
  byId("live").dataset.state = name;
  byId("live").textContent = LIVE[name];
}

/** Everything of the scope and period that are chosen now. */
async function load() {
  const { key, scope } = state;
  if (!scope) return;
  const asked = period();
  const [reps, quadrants] = await Promise.all([readReps(key, scope, asked), readQuadrants(key, scope)]);
  if (key !== state.key || scope !== state.scope || asked !== period()) return;
  Object.assign(state, { reps, quadrants, chosen: choose(reps) });
  drawBoard();
  await loadRep();
}

/** Whom the address names, who was chosen before, or whose session comes first. */
function choose(reps) {
  const known = [chosenRep(), state.chosen].find((id) => reps.some((rep) => rep.id === id));
  const planned = reps.filter((rep) => rep.next).sort((one, other) => one.next.startsAt.localeCompare(other.next.startsAt));
  return known ?? (planned[0] ?? reps[0])?.id ?? null;
}

/** The chosen rep's card, and the brief of their next session, which they may share with others. */
async function loadRep() {
  const { key } = state, rep = chosen();
  if (!rep) return [byId("card"), byId("brief")].forEach((section) => only(section, null));
  const about = `${rep.id} ${rep.next?.id}`;
  if (state.card?.person.id !== rep.id) state.card = null;
  if (state.about !== about) Object.assign(state, { about, brief: null });
  drawCard();
  drawBrief(rep.next ? "Loading …" : `No session of ${rep.name} is planned, so there is no brief.`);
  const [card, told] = await Promise.all([readCard(key, rep.id), rep.next && readBrief(key, rep.next.id, rep.id)]);
  if (key !== state.key || about !== state.about) return;
  state.card = card;
  drawCard();
  if (told) {
    state.brief = told.brief;
    drawBrief(told.refused);
  }
  follow();
}

function drawBoard() {
  const { reps, managers, scope, quadrants } = state;
  const whose = scope.manager && managers.find((manager) => manager.id === scope.manager).name;
  const title = whose ? `${whose}’s team` : (reps[0]?.name ?? "");
  byId("team").textContent = title;
  document.title = `${title} · Touchline`;
  if (!reps.length) {
    byId("summary").textContent = "";
    return only(byId("board"), "Nobody reports to this person today.");
  }
  summarise();
  const focused = document.activeElement?.closest?.("[data-person]")?.dataset.person;
  byId("board").replaceChildren(board(reps, columnsOf(reps), quadrants, { currency: currency(), chosen: state.chosen }));
  if (focused) byId("board").querySelector(`[data-person="${focused}"] a`)?.focus();
}

function summarise() {
  const dated = state.reps.find((rep) => rep.start);
  byId("summary").textContent = dated ? summary(state.reps, day(dated.start), day(dated.end)) : "No success model holds for this team yet.";
}

function drawCard() {
  const rep = chosen();
  byId("card").replaceChildren(...cardOf(rep, state.quadrants?.get(rep.id), state.card, { currency: currency(), today: today() }));
}

function drawBrief(otherwise) {
  if (state.brief) byId("brief").replaceChildren(...briefOf(state.brief));
  else only(byId("brief"), otherwise);
}

/** Subscribe to what is shown: the scope's scorecards and sessions, and the brief on the page. */
function follow() {
  if (!state.live) return;
  const { live, scope, about } = state, rep = chosen();
  live.subscribe("scorecard", SCORECARD_CHANGED, { ...scope, period: period() }, ({ scorecardChanged }) =>
    changed([...scorecardChanged.process.edges, ...scorecardChanged.outcome.edges].map(({ node }) => node)));
  live.subscribe("sessions", SESSION_CHANGED, { ...scope }, () => attempt(load));
  if (!rep?.next) return live.unsubscribe("brief");
  live.subscribe("brief", BRIEF_CHANGED, { session: rep.next.id, rep: rep.id }, ({ briefChanged }) => {
    if (about !== state.about) return;
    state.brief = briefChanged.coachingBrief;
    drawBrief(null);
  }, { ends: true });
}

/** Lines in their latest state: into their places, and the latest one in words. */
function changed(lines) {
  for (const line of lines) {
    const rep = state.reps.find((one) => one.id === line.personId);
    const known = rep && lineOf(rep, line.kpi);
    if (!known || known.id !== line.id) continue;
    const isNews = known.value !== line.value || known.status !== line.status;
    if (isNews) byId("latest").textContent = `${clock(new Date())} ${rep.name}, ${line.name}: ${told(known, line)}`;
    Object.assign(known, line);
    update(byId("board"), known, currency(), isNews);
  }
  summarise();
  if (lines.some((line) => line.personId === state.chosen)) drawCard();
  settle();
}

function told(before, now) {
  const [from, to] = [shown(before.value, now.unit, currency()), shown(now.value, now.unit, currency())];
  const status = now.status ? `, ${STATUS[now.status]}` : "";
  return from === to ? `${to}${status}` : `${from} → ${to}${status}`;
}

function settle() {
  clearTimeout(settling);
  settling = setTimeout(() => attempt(async () => {
    const { key, scope } = state;
    const quadrants = await readQuadrants(key, scope);
    if (key !== state.key || scope !== state.scope) return;
    state.quadrants = quadrants;
    drawBoard();
    if (chosen()) drawCard();
  }), SETTLE);
}

byId("sign-in").addEventListener("submit", (event) => {
  event.preventDefault();
  const key = byId("key").value.trim();
  byId("key").value = "";
  if (key) signIn(key);
});
byId("sign-out").addEventListener("click", () => signOut(null));
byId("manager").addEventListener("change", (event) => {
  Object.assign(state, { scope: { manager: event.target.value }, chosen: null });
  attempt(async () => { await load(); follow(); });
});
document.querySelectorAll('input[name="period"]').forEach((choice) =>
  choice.addEventListener("change", () => attempt(async () => { await load(); follow(); })));
window.addEventListener("hashchange", () => {
  if (new URLSearchParams(window.location.hash.slice(1)).has("key")) return signIn(keyOfTab());
  if (!state.reps.some((rep) => rep.id === chosenRep())) return;
  state.chosen = chosenRep();
  drawBoard();
  attempt(loadRep);
});
setInterval(() => document.visibilityState === "visible" && state.scope && attempt(load), AGE);

const key = keyOfTab();
if (key) signIn(key);
else byId("sign-in").hidden = false;
