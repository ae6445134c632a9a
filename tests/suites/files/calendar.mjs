// Expands each case with two libraries and reads each feed: node calendar.mjs FILE.json, {cases, feeds, series}.
// Local times become instants by Temporal for rrule, which knows no zones, and by our own VTIMEZONEs for ical.js.
import { readFileSync } from 'node:fs';
import { Temporal } from '@js-temporal/polyfill';
import ICAL from 'ical.js';
import rrule from 'rrule';

const { cases, feeds, series } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const compact = (text) => text.replaceAll('-', '').replaceAll(':', '');
const second = (instant) => instant.toString({ smallestUnit: 'second' });
const zoned = (local, zone) =>
  Temporal.PlainDateTime.from(local).toZonedDateTime(zone, { disambiguation: 'compatible' });

// The rule with its UNTIL, a local day or an instant, put in a library's way.
function withUntil(rule, zone, put) {
  return rule.replace(/UNTIL=(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z)?/, (_, year, month, day, ...time) => {
    const end = time[0] === undefined
      ? zoned(`${year}-${month}-${day}T23:59:59`, zone)
      : Temporal.Instant.from(`${year}-${month}-${day}T${time.slice(0, 3).join(':')}Z`).toZonedDateTimeISO(zone);
    return `UNTIL=${put(end)}`;
  });
}

function byRrule({ rule, start, zone, excluded, first, last }) {
  const wallClock = withUntil(rule, zone, (end) => `${compact(end.toPlainDateTime().toString())}Z`);
  const series = new rrule.RRule({ ...rrule.RRule.parseString(wallClock), dtstart: new Date(`${start}Z`) });
  const found = [];
  series.all((date) => {
    const local = date.toISOString().slice(0, 19);
    const day = local.slice(0, 10);
    if (day > last) return false;
    const at = zoned(local, zone);
    if (day >= first && !excluded.includes(day) && at.toPlainDate().toString() === day) {
      found.push(`${day} ${second(at.toInstant())}`);
    }
    return true;
  });
  return found;
}

function withZones(file) {
  const calendar = new ICAL.Component(ICAL.parse(file));
  ICAL.TimezoneService.reset();
  for (const zone of calendar.getAllSubcomponents('vtimezone')) ICAL.TimezoneService.register(zone);
  return calendar;
}

const utc = (time) => second(Temporal.Instant.fromEpochMilliseconds(time.toJSDate().getTime()));

function byIcal({ rule, start, zone, zoneFile, excluded, first, last }) {
  const clock = start.slice(11);
  const lines = [
    'BEGIN:VEVENT',
    'UID:case',
    `DTSTART;TZID=${zone}:${compact(start)}`,
    `RRULE:${withUntil(rule, zone, (end) => compact(second(end.toInstant())))}`,
    ...excluded.map((day) => `EXDATE;TZID=${zone}:${compact(`${day}T${clock}`)}`),
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  const file = zoneFile.slice(0, zoneFile.indexOf('BEGIN:VEVENT')) + lines.map((line) => `${line}\r\n`).join('');
  const series = new ICAL.Event(withZones(file).getFirstSubcomponent('vevent')).iterator();
  const found = [];
  for (let next = series.next(); next; next = series.next()) {
    const day = next.toString().slice(0, 10);
    if (day > last) break;
    const at = utc(next);
    if (day >= first && Temporal.Instant.from(at).toZonedDateTimeISO(zone).toPlainDate().toString() === day) {
      found.push(`${day} ${at}`);
    }
  }
  return found;
}

const wrong = [];
let instances = 0;
for (const one of cases) {
  instances += one.ours.length;
  for (const [library, expand] of Object.entries({ rrule: byRrule, 'ical.js': byIcal })) {
    let theirs;
    try {
      theirs = expand(one);
    } catch (error) {
      theirs = [String(error)];
    }
    const same = JSON.stringify(theirs) === JSON.stringify(one.ours);
    if (same && library in one.differs) wrong.push(`${one.name}: ${library} no longer differs`);
    if (!same && !(library in one.differs)) {
      const odd = [...theirs.filter((at) => !one.ours.includes(at)).map((at) => `+${at}`),
        ...one.ours.filter((at) => !theirs.includes(at)).map((at) => `-${at}`)];
      wrong.push(`${one.name}: ${library} has ${theirs.length} of ${one.ours.length}: ${odd.slice(0, 4)}`);
    }
  }
}

let sessions = 0;
for (const { file, sessions: ours } of feeds) {
  const theirs = withZones(file).getAllSubcomponents('vevent').map((component) => {
    const event = new ICAL.Event(component);
    const status = component.getFirstPropertyValue('status');
    return `${event.uid} ${utc(event.startDate)} ${utc(event.endDate)} ${event.sequence} ${status}`;
  }).sort();
  sessions += theirs.length;
  if (JSON.stringify(theirs) !== JSON.stringify(ours)) {
    wrong.push(`feed: ${theirs.filter((one) => !ours.includes(one))} instead of ${ours.filter((one) => !theirs.includes(one))}`);
  }
}

// A file's events with their series expanded, as a program shows them.
function byEvents(file) {
  const components = withZones(file).getAllSubcomponents('vevent');
  const found = [];
  const add = (item, start, end) => found.push(`${utc(start)} ${utc(end)} ${item.summary}`);
  for (const component of components) {
    if (component.getFirstPropertyValue('status') === 'CANCELLED' || component.hasProperty('recurrence-id')) continue;
    const exceptions = components.filter((other) => other.hasProperty('recurrence-id')
      && other.getFirstPropertyValue('uid') === component.getFirstPropertyValue('uid'));
    const event = new ICAL.Event(component, { exceptions, strictExceptions: true });
    if (!event.isRecurring()) {
      add(event, event.startDate, event.endDate);
      continue;
    }
    const instances = event.iterator();
    for (let next = instances.next(); next; next = instances.next()) {
      const { item, startDate, endDate } = event.getOccurrenceDetails(next);
      add(item, startDate, endDate);
    }
  }
  return found.sort();
}

let shown = 0;
for (const { name, file, ours } of series) {
  const theirs = byEvents(file);
  shown += theirs.length;
  if (JSON.stringify(theirs) !== JSON.stringify(ours)) {
    wrong.push(`${name}: ${theirs.filter((one) => !ours.includes(one))} instead of ${ours.filter((one) => !theirs.includes(one))}`);
  }
}
console.log(JSON.stringify({ instances, sessions, shown, wrong }, null, 1));
process.exit(wrong.length ? 1 : 0);
