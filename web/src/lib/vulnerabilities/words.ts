// SPDX-License-Identifier: Apache-2.0
// What changed, what kind of report, what state: in the reader's words.
import type { Severity, VulnerabilityChange } from '../api/types';
import { t } from '../i18n/index.svelte';
import { severityKey } from '../terms';
import { ssvcWords } from '../tickets/words';

const kinds: Record<string, string> = {
  name: 'change-name',
  severity: 'change-severity',
  score: 'change-score',
  'exploited-due': 'change-exploited-due',
  likelihood: 'change-likelihood',
  ssvc: 'change-ssvc',
  withdrawn: 'change-withdrawn',
  restored: 'change-restored',
  published: 'change-published',
  absent: 'change-absent',
  fixed: 'change-fixed',
  ranges: 'change-ranges',
  products: 'change-products',
  threat: 'change-threat',
};

const severity = (value: string) => (value in severityKey ? t(severityKey[value as Severity]) : value);

/** A line of a vulnerability's log; what an older version wrote has only its own words. */
export function changeText(change: VulnerabilityChange): string {
  if (change.kind === 'exploited') return t(change.new === 'true' ? 'change-exploited-on' : 'change-exploited-off');
  const key = change.kind ? kinds[change.kind] : undefined;
  if (!key) return change.what;
  const say = (value: string | undefined) => (change.kind === 'severity' ? severity(value ?? '') : change.kind === 'ssvc' ? ssvcWords(value ?? '') : value) || '–';
  return t(key, { old: say(change.old), new: say(change.new) });
}

export const threatKindKey: Record<string, string> = {
  campaign: 'threat-kind-campaign',
  'intrusion-set': 'threat-kind-intrusion-set',
  'threat-actor': 'threat-kind-threat-actor',
  malware: 'threat-kind-malware',
  tool: 'threat-kind-tool',
  indicator: 'threat-kind-indicator',
  report: 'threat-kind-report',
};

export const productStatusKey: Record<string, string> = {
  affected: 'products-status-affected',
  not_affected: 'products-status-not-affected',
  fixed: 'products-status-fixed',
  under_investigation: 'products-status-under-investigation',
  platform: 'products-status-platform',
};

/** In this order; what is none of these is another page. */
export const referenceKinds: { kinds: string[]; key: string }[] = [
  { kinds: ['FIX'], key: 'reference-kind-fix' },
  { kinds: ['ADVISORY'], key: 'reference-kind-advisory' },
  { kinds: ['EVIDENCE', 'EXPLOIT'], key: 'reference-kind-evidence' },
  { kinds: ['REPORT', 'DISCUSSION', 'ARTICLE', 'DETECTION'], key: 'reference-kind-report' },
];

/** Only web addresses become links: whatever else a feed writes there stays text. */
export const isWebAddress = (url: string) => /^https?:\/\//i.test(url);
