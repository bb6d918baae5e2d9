// SPDX-License-Identifier: Apache-2.0
// The policy's and the tickets' own English sentences in the reader's language. What is not
// recognised is shown as the server says it.
import type { Criticality } from '../api/types';
import { t } from '../i18n/index.svelte';
import { criticalityKey } from '../terms';

function level(word: string): string {
  return word in criticalityKey ? t(criticalityKey[word as Criticality]) : word;
}

const REASONS: [RegExp, (parts: string[]) => string][] = [
  [/^row "(.*)" gives (\w+)$/, ([row = '', to = '']) => t('reason-row', { row, level: level(to) })],
  [/^high-priority rule applies and lifts the case from (\w+)$/, ([from = '']) => t('reason-lifted', { level: level(from) })],
  [/^high-priority rule applies$/, () => t('reason-high-priority')],
  [/^unrated cases are due in (\d+) days$/, ([days]) => t('reason-days-unrated', { days: Number(days) })],
  [/^high-priority cases are due in (\d+) days$/, ([days]) => t('reason-days-high-priority', { days: Number(days) })],
  [/^known-exploited vulnerabilities are due in (\d+) days$/, ([days]) => t('reason-days-exploited', { days: Number(days) })],
  [/^(\w+) cases are due in (\d+) days$/, ([which = '', days]) => t('reason-days', { level: level(which), days: Number(days) })],
  [/^never later than the catalogue's due date$/, () => t('reason-catalogue')],
  [/^the catalogue's due date had passed when the gap was first seen$/, () => t('reason-catalogue-passed')],
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

/** "openssl on Debian 12" names a package and where it runs; the order differs by language. */
export function ticketTitle(title: string): string {
  const match = /^(\S+) on (.+)$/.exec(title);
  if (match?.[1] === END_OF_LIFE) return t('ticket-title-end-of-life', { where: match[2]! });
  return match ? t('ticket-title-on', { package: match[1]!, where: match[2]! }) : title;
}
