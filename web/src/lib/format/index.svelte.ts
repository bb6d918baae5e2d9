// SPDX-License-Identifier: Apache-2.0
// The formats bound to the reader's language and to a clock that moves once a minute.
import { locale, t } from '../i18n/index.svelte';
import * as time from './time';

let now = $state.raw(new Date());

if (typeof window !== 'undefined') {
  setInterval(() => (now = new Date()), 60_000);
}

function face(): time.Clockface {
  return { locale: locale(), now };
}

export function present(): Date {
  return now;
}

/** The reader's own calendar day, as date fields take it. */
export function today(): string {
  return time.localDay(now);
}

export function number(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : new Intl.NumberFormat(locale()).format(value);
}

export function date(iso: string): string {
  return time.shortDate(iso, face());
}

export function moment(iso: string): string {
  return time.dateTime(iso, face());
}

export function ago(iso: string): string {
  return time.relative(iso, face());
}

export function day(plain: string, withYear = true): string {
  return time.plainDay(plain, locale(), withYear);
}

export function duration(seconds: number): string {
  return time.duration(seconds, locale());
}

export interface Deadline {
  text: string;
  tone: 'late' | 'soon' | 'later';
}

/** "due in 3 days", "due today", "4 days overdue". */
export function deadline(iso: string): Deadline {
  const days = time.daysUntil(iso, face());
  const late = new Date(iso).getTime() < now.getTime();
  if (late && days < 0) return { text: t('due-overdue-days', { days: -days }), tone: 'late' };
  if (late) return { text: t('due-overdue-today'), tone: 'late' };
  if (days === 0) return { text: t('due-today'), tone: 'soon' };
  return { text: t('due-in-days', { days }), tone: days <= 3 ? 'soon' : 'later' };
}
