// SPDX-License-Identifier: Apache-2.0
// What something that is owed is called.
import { labelled, t } from './i18n/index.svelte';
import { monthName } from './maturity/months';
import { packageName } from './tickets/words';

const dutyKey: Record<string, string> = {
  'self-check': 'duty-self-check',
  improvement: 'duty-improvement',
  directive: 'duty-directive',
  'hazard-report': 'duty-hazard-report',
  'review-action': 'duty-review-action',
  ticket: 'duty-ticket',
};

export function dutyName(duty: { kind: string; title: string }): string {
  const kind = dutyKey[duty.kind] ? t(dutyKey[duty.kind]!) : duty.kind;
  const title = /^\d{4}-\d{2}$/.test(duty.title) ? monthName(duty.title) : duty.title.replace(/^(T-\d+) (\S+)$/, (_, number: string, name: string) => `${number} ${packageName(name)}`);
  return labelled(kind, title);
}
