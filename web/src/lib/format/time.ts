// SPDX-License-Identifier: Apache-2.0
// Times as people read them: the distance first, then the day, in the reader's zone. Pure: the
// language, the zone and "now" are parameters.

export interface Clockface {
  locale: string;
  now: Date;
  zone?: string;
}

const DAY_MS = 86_400_000;

function part(parts: Intl.DateTimeFormatPart[], type: string): number {
  return Number(parts.find((each) => each.type === type)?.value);
}

/** The number of the calendar day in the reader's zone; two moments of one day share it. */
export function dayNumber(at: Date, zone?: string): number {
  const parts = new Intl.DateTimeFormat('en', { year: 'numeric', month: 'numeric', day: 'numeric', timeZone: zone }).formatToParts(at);
  return Date.UTC(part(parts, 'year'), part(parts, 'month') - 1, part(parts, 'day')) / DAY_MS;
}

/** Whole calendar days from now to then; negative in the past. */
export function daysUntil(iso: string, face: Clockface): number {
  return dayNumber(new Date(iso), face.zone) - dayNumber(face.now, face.zone);
}

/** "26 Nov", or "26 Nov 2025" outside the present year; 11月26日. */
export function shortDate(iso: string, face: Clockface): string {
  const at = new Date(iso);
  const sameYear = new Intl.DateTimeFormat('en', { year: 'numeric', timeZone: face.zone });
  const year = sameYear.format(at) === sameYear.format(face.now) ? undefined : 'numeric';
  const locale = face.locale === 'en' ? 'en-GB' : face.locale;
  return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year, timeZone: face.zone }).format(at);
}

export function dateTime(iso: string, face: Clockface): string {
  const locale = face.locale === 'en' ? 'en-GB' : face.locale;
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: face.zone }).format(new Date(iso));
}

/** A plain calendar day such as a past day of the monitor; it has no zone. */
export function plainDay(day: string, locale: string, withYear = true): string {
  const tag = locale === 'en' ? 'en-GB' : locale;
  const options: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short', timeZone: 'UTC' };
  if (withYear) options.year = 'numeric';
  return new Intl.DateTimeFormat(tag, options).format(new Date(`${day}T00:00:00Z`));
}

/** "3 hours ago", "yesterday", "in 2 days": the largest unit that is at least one. */
export function relative(iso: string, face: Clockface): string {
  const seconds = Math.round((new Date(iso).getTime() - face.now.getTime()) / 1000);
  const format = new Intl.RelativeTimeFormat(face.locale, { numeric: 'auto' });
  const size = Math.abs(seconds);
  if (size < 45) return format.format(0, 'second');
  if (size < 2_700) return format.format(Math.round(seconds / 60), 'minute');
  if (size < 79_200) return format.format(Math.round(seconds / 3_600), 'hour');
  const days = daysUntil(iso, face);
  if (Math.abs(days) < 45) return format.format(days, 'day');
  if (Math.abs(days) < 540) return format.format(Math.round(days / 30.4), 'month');
  return format.format(Math.round(days / 365.25), 'year');
}

/** How long a feed has not been heard of, as one number and its unit. */
export function duration(seconds: number, locale: string): string {
  const steps: [number, string][] = [
    [86_400, 'day'],
    [3_600, 'hour'],
    [60, 'minute'],
  ];
  const [size, unit] = steps.find(([each]) => seconds >= each) ?? [1, 'second'];
  const style = { style: 'unit', unit, unitDisplay: 'long' } as const;
  return new Intl.NumberFormat(locale, style).format(Math.floor(seconds / size));
}

/** The calendar day in the reader's zone, `2026-11-26`. */
export function localDay(at: Date, zone?: string): string {
  return dayOf(new Date(dayNumber(at, zone) * DAY_MS));
}

export function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}

export function addDays(day: string, days: number): string {
  return dayOf(new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS));
}
