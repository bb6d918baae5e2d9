// SPDX-License-Identifier: Apache-2.0
// How the outer loop's figures are said.
import type { LogEntry, MeasuredRow, Measure, Measurement, Standing } from '../api/outer-types';
import { number } from '../format/index.svelte';
import { t } from '../i18n/index.svelte';
import { axisKey } from '../maturity/terms';
import { indicatorName } from '../maturity/words';
import { criticalityKey, seatKindKey } from '../terms';
import { packageName } from '../tickets/words';

/** "Open tickets (Critical, High; from the Internet)". */
export function measureName(measure: Measure): string {
  const narrowed = [
    ...(measure.criticalities ?? []).map((word) => t((criticalityKey as Record<string, string>)[word] ?? word)),
    ...(measure.internet ? [t('measure-internet')] : []),
    ...(measure.package ? [measure.package] : []),
    ...(measure.vulnerability ? [measure.vulnerability] : []),
    ...(measure.axis ? [t(axisKey[measure.axis] ?? measure.axis)] : []),
    ...(measure.indicator ? [`${measure.indicator} ${indicatorName(measure.indicator)}`] : []),
  ];
  const kind = t(`measure-kind-${measure.kind}`);
  return narrowed.length > 0 ? t('measure-narrowed', { kind, filters: narrowed.join(' · ') }) : kind;
}

export function valueText(value: number | null | undefined, unit: string): string {
  if (value === null || value === undefined) return '–';
  return unit === 'percent' ? t('measure-percent', { value: number(value) }) : number(value);
}

/** What the reader sees of it: the whole, else their part. */
export function shownValue(measurement: Measurement | null | undefined): number | null {
  if (!measurement) return null;
  return (measurement.whole ? measurement.value : measurement.part) ?? null;
}

export function targetText(target: number, unit: string, better: 'fewer' | 'more'): string {
  const value = valueText(target, unit);
  return better === 'fewer' ? t('measure-at-most', { value }) : t('measure-at-least', { value });
}

export function standingText(standing: Standing): string {
  return t(`directive-standing-${standing}`);
}

export function measuredHref(row: MeasuredRow): string | null {
  if (!row.id) return null;
  if (row.kind === 'ticket') return `/tickets/${row.id}`;
  if (row.kind === 'asset') return `/assets/${row.id}`;
  if (row.kind === 'indicator') return `/maturity?unit=${row.unit_id}&indicator=${row.id}`;
  return `/organisation/seats?unit=${row.unit_id}`;
}

export function measuredName(row: MeasuredRow): string {
  if (row.kind === 'ticket') return `T-${row.id ?? ''} ${packageName(row.name)}`;
  if (row.kind === 'indicator') return `${row.name} ${indicatorName(row.name)}`;
  if (row.kind === 'seat') return t((seatKindKey as Record<string, string>)[row.name] ?? row.name);
  return row.name;
}

/** One entry of a directive's or a hazard's log. */
export function logText(entry: LogEntry, of: 'directive' | 'hazard'): string {
  return of === 'directive' ? t(`directive-event-${entry.kind}`, { text: entry.text }) : t(`hazard-event-${entry.kind}`, { text: entry.text });
}
