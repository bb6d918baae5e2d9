// SPDX-License-Identifier: Apache-2.0
import type { CountedRow, GateView, IndicatorView } from '../api/maturity-types';
import { number } from '../format/index.svelte';
import { locale, t } from '../i18n/index.svelte';
import { dutyName } from '../duties';
import { units } from '../org/units.svelte';
import { seatKindKey } from '../terms';
import { factKey, indicatorKey, sourceKey } from './terms';

import { monthName } from './months';

export { monthName };

export function indicatorName(code: string): string {
  return indicatorKey[code] ? t(indicatorKey[code]) : code;
}

export function sourceName(source: string): string {
  return sourceKey[source] ? t(sourceKey[source]) : source;
}

export function sourceList(sources: string[]): string {
  return new Intl.ListFormat(locale(), { type: 'conjunction' }).format(sources.map(sourceName));
}

function percent(share: number | null | undefined): string {
  return number(Math.round((share ?? 0) * 100));
}

/** What a gate asks for. */
export function gateText(gate: GateView): string {
  switch (gate.kind) {
    case 'rated':
      return t('gate-rated');
    case 'score':
      return t('gate-score', { least: number(gate.at_least) });
    case 'score_kept':
      return t('gate-score-kept', { least: number(gate.at_least) });
    case 'no_weak':
      return t('gate-no-weak', { least: percent(gate.at_least) });
    case 'indicator':
      return t('gate-indicator', { indicator: `${gate.subject} ${indicatorName(gate.subject ?? '')}`, least: percent(gate.at_least) });
    case 'fact':
      return factKey[gate.subject ?? ''] ? t(factKey[gate.subject ?? '']!) : (gate.subject ?? '');
  }
}

/** "540 of 570", "median 21 of 12". */
export function countedText(one: IndicatorView): string {
  if (one.shape === 'median_falling') return t('maturity-median', { value: one.value ?? 0, scope: one.in_scope });
  return t('maturity-counted-of', { counted: one.counted, scope: one.in_scope });
}

/** Where a counted row is shown; null when it has no page. */
export function rowHref(row: CountedRow): string | null {
  if (row.href) return row.href;
  if (!row.id) return null;
  if (row.kind === 'asset') return `/assets/${row.id}`;
  if (row.kind === 'ticket') return `/tickets/${row.id}`;
  return `/organisation/seats?unit=${row.unit_id}`;
}

export function rowName(row: CountedRow): string {
  if (row.kind === 'duty') return dutyName({ kind: row.detail ?? '', title: row.name });
  if (row.kind === 'seat') {
    const key = (seatKindKey as Record<string, string>)[row.name];
    return key ? t(key) : row.name;
  }
  if (row.kind === 'unit') return units.name(row.unit_id, '–');
  // A department's own month in the hands of those who answer for it carries its month as a name.
  if (row.kind === 'attendance' && /^\d{4}-\d{2}$/.test(row.name)) return t('attendance-self-check', { month: monthName(row.name) });
  return row.kind === 'ticket' ? `T-${row.id} ${row.name}` : row.name;
}
