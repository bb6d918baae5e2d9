// SPDX-License-Identifier: Apache-2.0
// The words of the department's own loop. The keys are written out, so that the catalogue check sees each use.
import type { FigureView, ImprovementView, Measurement } from '../api/department-types';
import { number } from '../format/index.svelte';
import { t } from '../i18n/index.svelte';
import { axisKey } from '../maturity/terms';

export const causeKey: Record<string, string> = {
  capacity: 'cause-capacity',
  'no-fix': 'cause-no-fix',
  supplier: 'cause-supplier',
  change: 'cause-change',
  'unknown-owner': 'cause-unknown-owner',
  procedure: 'cause-procedure',
  measurement: 'cause-measurement',
  other: 'cause-other',
};

const ticketKey: Record<string, string> = {
  'tickets-open': 'figure-tickets-open',
  'tickets-overdue': 'figure-tickets-overdue',
  'tickets-exploited': 'figure-tickets-exploited',
  'tickets-opened': 'figure-tickets-opened',
  'tickets-closed': 'figure-tickets-closed',
};

export const measureKey: Record<string, string> = {
  open_tickets: 'own-measure-open_tickets',
  overdue_tickets: 'own-measure-overdue_tickets',
  overdue_share: 'own-measure-overdue_share',
  known_exploited: 'own-measure-known_exploited',
  fresh_inventories: 'own-measure-fresh_inventories',
  vacant_seats: 'own-measure-vacant_seats',
  axis_score: 'own-measure-axis_score',
  indicator: 'own-measure-indicator',
  vulnerability: 'own-measure-vulnerability',
};

export const stateKey: Record<string, string> = {
  running: 'improvement-state-running',
  done: 'improvement-state-done',
  dropped: 'improvement-state-dropped',
};

export const answerKey: Record<string, string> = {
  yes: 'answer-yes',
  partly: 'answer-partly',
  no: 'answer-no',
  not_applicable: 'answer-not_applicable',
};

export const calendarKey: Record<string, string> = {
  jp: 'calendar-jp',
  us: 'calendar-us',
  eu: 'calendar-eu',
  utc: 'calendar-utc',
};

export function figureName(figure: string): string {
  if (figure.startsWith('axis-')) {
    const axis = figure.slice(5);
    return t('figure-axis', { axis: t(axisKey[axis] ?? axis) });
  }
  return ticketKey[figure] ? t(ticketKey[figure]) : figure;
}

export function figureValue(value: number | null | undefined): string {
  return typeof value === 'number' ? number(value) : t('figure-not-rated');
}

/** The measure that a figure would be improved by. */
export function measureOf(figure: FigureView | null): { kind: string; axis?: string } {
  if (figure?.figure.startsWith('axis-')) return { kind: 'axis_score', axis: figure.figure.slice(5) };
  if (figure?.figure === 'tickets-overdue') return { kind: 'overdue_tickets' };
  if (figure?.figure === 'tickets-exploited') return { kind: 'known_exploited' };
  return { kind: 'open_tickets' };
}

export function measureName(measure: ImprovementView['measure']): string {
  const name = measureKey[measure.kind] ? t(measureKey[measure.kind]!) : measure.kind;
  const detail = measure.axis ? t(axisKey[measure.axis] ?? measure.axis) : (measure.indicator ?? '');
  return detail ? `${name} (${detail})` : name;
}

/** What a reader sees of a measured value: the whole, else the own part. */
export function measured(value: Measurement | null | undefined): number | null {
  return value?.value ?? value?.part ?? null;
}

/** Better, worse or the same since it was opened, in words. */
export function effect(one: ImprovementView): { tone: 'good' | 'bad' | 'same'; text: string } {
  const then = measured(one.then);
  const now = measured(one.now);
  if (then === null || now === null || then === now) return { tone: 'same', text: t('improvement-same') };
  const change = number(Math.round(Math.abs(now - then) * 10) / 10);
  const good = one.better === 'fewer' ? now < then : now > then;
  return good ? { tone: 'good', text: t('improvement-better', { change }) } : { tone: 'bad', text: t('improvement-worse', { change }) };
}
