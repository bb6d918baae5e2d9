// SPDX-License-Identifier: Apache-2.0
// The policy's and the tickets' own English sentences in the reader's language. What is not
// recognised is shown as the server says it.
import type { Criticality, Severity } from '../api/types';
import { t } from '../i18n/index.svelte';
import { criticalityKey, severityKey } from '../terms';

function level(word: string): string {
  return word in criticalityKey ? t(criticalityKey[word as Criticality]) : word;
}

const POINTS: Record<string, string> = {
  none: 'ssvc-none-seen',
  poc: 'ssvc-poc',
  active: 'ssvc-active',
  yes: 'ssvc-automatable',
  no: 'ssvc-not-automatable',
  partial: 'ssvc-partial',
  total: 'ssvc-total',
};

/** A value of one of SSVC's points; what nobody decided is a dash. */
function pointWord(word: string): string {
  const key = POINTS[word];
  return key ? t(key) : '–';
}

/** The points as they are stored, `active/yes/total`. */
export function ssvcWords(stored: string): string {
  return stored ? stored.split('/').map(pointWord).join(' / ') : '–';
}

export function ssvcText(points: { exploitation?: string | null; automatable?: boolean | null; technical_impact?: string | null }): string {
  const automatable = points.automatable == null ? '-' : points.automatable ? 'yes' : 'no';
  const words = [points.exploitation ?? '-', automatable, points.technical_impact ?? '-'];
  return words.every((word) => word === '-') ? '–' : words.map(pointWord).join(' / ');
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

export function likelihoodText(score?: number | null, percentile?: number | null): string {
  if (score == null) return '–';
  return percentile == null ? percent(score) : t('input-likelihood-value', { score: percent(score), percentile: percent(percentile) });
}

/** Why an item was decided anew, each fact with what it was before. */
export function becauseWords(because: unknown): string {
  if (!Array.isArray(because)) return '–';
  const say = (one: { what?: string; from?: unknown; to?: unknown }) => {
    const share = (value: unknown) => (typeof value === 'number' ? percent(value) : '–');
    const words = (value: unknown) => (typeof value === 'string' && value in severityKey ? t(severityKey[value as Severity]) : String(value ?? '–'));
    switch (one.what) {
      case 'severity':
        return t('rated-severity', { from: words(one.from), to: words(one.to) });
      case 'known_exploited':
        return t('rated-known-exploited', { listed: one.to === true ? 'yes' : 'no' });
      case 'catalogue_due_at':
        return t('rated-catalogue-date');
      case 'epss_score':
        return t('rated-epss-score', { from: share(one.from), to: share(one.to) });
      case 'epss_percentile':
        return t('rated-epss-percentile', { from: share(one.from), to: share(one.to) });
      case 'ssvc':
        return t('rated-ssvc', { from: ssvcWords(String(one.from ?? '')), to: ssvcWords(String(one.to ?? '')) });
      default:
        return one.what ?? '–';
    }
  };
  return because.map(say).join(t('list-separator'));
}

const REASONS: [RegExp, (parts: string[]) => string][] = [
  [/^row "(.*)" gives (\w+)$/, ([row = '', to = '']) => t('reason-row', { row, level: level(to) })],
  [/^exploitation is ([\d.]+) % likely within 30 days, as likely as ([\d.]+) % of all$/, ([score = '', percentile = '']) => t('reason-likelihood', { score, percentile })],
  [/^SSVC: exploitation (\S+), automatable (\S+), technical impact (\S+)$/, ([exploitation = '', automatable = '', impact = '']) => t('reason-ssvc', { points: [exploitation, automatable, impact].map(pointWord).join(' / ') })],
  [/^high-priority rule applies and lifts the case from (\w+)$/, ([from = '']) => t('reason-lifted', { level: level(from) })],
  [/^high-priority rule applies$/, () => t('reason-high-priority')],
  [/^unrated cases are due in (\d+) days$/, ([days]) => t('reason-days-unrated', { days: Number(days) })],
  [/^high-priority cases are due in (\d+) days$/, ([days]) => t('reason-days-high-priority', { days: Number(days) })],
  [/^known-exploited vulnerabilities are due in (\d+) days$/, ([days]) => t('reason-days-exploited', { days: Number(days) })],
  [/^(\w+) cases are due in (\d+) days$/, ([which = '', days]) => t('reason-days', { level: level(which), days: Number(days) })],
  [/^never later than the catalogue's due date$/, () => t('reason-catalogue')],
  [/^the catalogue's due date had passed when the gap was first seen$/, () => t('reason-catalogue-passed')],
  [/^counted from when it became so urgent$/, () => t('reason-since-rise')],
  [/^no fixed version yet, so no due date$/, () => t('reason-waiting')],
];

export function reasonWords(reason: string): string {
  for (const [pattern, say] of REASONS) {
    const match = pattern.exec(reason);
    if (match) return say(match.slice(1));
  }
  return reason;
}

/** Not a package: the ticket of a distribution release that gets no more fixes. */
export const END_OF_LIFE = 'end-of-life';

/** A package as people call it; a ticket on a release past its end of life has none. */
export function packageName(name: string): string {
  return name === END_OF_LIFE ? t('unknown-end-of-life') : name;
}

/** "openssl on Debian 12" names a package and where it runs; the order differs by language. */
export function ticketTitle(title: string): string {
  const match = /^(\S+) on (.+)$/.exec(title);
  if (match?.[1] === END_OF_LIFE) return t('ticket-title-end-of-life', { where: match[2]! });
  return match ? t('ticket-title-on', { package: match[1]!, where: match[2]! }) : title;
}
