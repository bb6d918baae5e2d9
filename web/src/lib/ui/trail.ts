// SPDX-License-Identifier: Apache-2.0
// The audit trail in the reader's words. What has no word yet is shown as it is written: nothing is hidden.
import { moment } from '../format/index.svelte';
import { t } from '../i18n/index.svelte';

const verbKey: Record<string, string> = {
  create: 'trail-verb-create',
  change: 'trail-verb-change',
  close: 'trail-verb-close',
  retire: 'trail-verb-retire',
  restore: 'trail-verb-restore',
  merge: 'trail-verb-merge',
  split: 'trail-verb-split',
  remove: 'trail-verb-remove',
  delete: 'trail-verb-delete',
  import: 'trail-verb-import',
  reconcile: 'trail-verb-reconcile',
  start: 'trail-verb-start',
  end: 'trail-verb-end',
  end_others: 'trail-verb-end-others',
  password: 'trail-verb-password',
  cancel: 'trail-verb-cancel',
  pause: 'trail-verb-pause',
  move: 'trail-verb-move',
  rename: 'trail-verb-rename',
  open: 'trail-verb-open',
  issue: 'trail-verb-issue',
  reach: 'trail-verb-reach',
  withdraw: 'trail-verb-withdraw',
  answer: 'trail-verb-answer',
  record: 'trail-verb-record',
  state: 'trail-verb-state',
  minutes: 'trail-verb-minutes',
  attendance: 'trail-verb-attendance',
  guest: 'trail-verb-guest',
  guest_off: 'trail-verb-guest-off',
  target: 'trail-verb-target',
  rating: 'trail-verb-rating',
  formulas: 'trail-verb-formulas',
  correct: 'trail-verb-correct',
  approval: 'trail-verb-approval',
  tell: 'trail-verb-tell',
  release: 'trail-verb-release',
  log: 'trail-verb-log',
  lead: 'trail-verb-lead',
  cause: 'trail-verb-cause',
  sync: 'trail-verb-sync',
  accept: 'trail-verb-accept',
  reject: 'trail-verb-reject',
  unit: 'trail-verb-unit',
  day: 'trail-verb-day',
  answers: 'trail-verb-answers',
  'hand-in': 'trail-verb-hand-in',
  confirm: 'trail-verb-confirm',
};

const onKey: Record<string, string> = {
  unit: 'trail-on-unit',
  person: 'trail-on-person',
  seat: 'trail-on-seat',
  org: 'trail-on-org',
  system: 'trail-on-system',
  asset: 'trail-on-asset',
  relation: 'trail-on-relation',
  account: 'trail-on-account',
  session: 'trail-on-session',
  sign_in_link: 'trail-on-sign-in-link',
  setting: 'trail-on-setting',
  policy: 'trail-on-policy',
  feed: 'trail-on-feed',
  job: 'trail-on-job',
  maturity: 'trail-on-maturity',
  calendar: 'trail-on-calendar',
  obligation: 'trail-on-obligation',
  body: 'trail-on-body',
  meeting: 'trail-on-meeting',
  decision: 'trail-on-decision',
  directive: 'trail-on-directive',
  hazard: 'trail-on-hazard',
  programme: 'trail-on-programme',
  improvement: 'trail-on-improvement',
  department: 'trail-on-department',
  self_check: 'trail-on-self-check',
  'self-check': 'trail-on-self-check',
  pack: 'trail-on-pack',
  enrolment: 'trail-on-enrolment',
};

const fieldKey: Record<string, string> = {
  name: 'trail-field-name',
  name_ja: 'trail-field-name-ja',
  code: 'trail-field-code',
  kind: 'trail-field-kind',
  system: 'trail-field-system',
  system_id: 'trail-field-system-id',
  unit_id: 'trail-field-unit-id',
  unit: 'trail-field-unit',
  parent_id: 'trail-field-parent-id',
  identifiers: 'trail-field-identifiers',
  customer: 'trail-field-customer',
  importance: 'trail-field-importance',
  confidentiality: 'trail-field-confidentiality',
  integrity: 'trail-field-integrity',
  availability: 'trail-field-availability',
  reachability: 'trail-field-reachability',
  sensitive_data: 'trail-field-sensitive-data',
  sensitive_kinds: 'trail-field-sensitive-kinds',
  description: 'trail-field-description',
  retired_at: 'trail-field-retired-at',
  email: 'trail-field-email',
  expires_at: 'trail-field-expires-at',
  records: 'trail-field-records',
  rows: 'trail-field-rows',
  added: 'trail-field-added',
  created: 'trail-field-created',
  changed: 'trail-field-changed',
  unchanged: 'trail-field-unchanged',
  merged: 'trail-field-merged',
  retired: 'trail-field-retired',
  returned: 'trail-field-returned',
  questions_opened: 'trail-field-questions-opened',
  failed: 'trail-field-failed',
  questions_closed: 'trail-field-questions-closed',
  assets: 'trail-field-assets',
  unseen_days: 'trail-field-unseen-days',
  method: 'trail-field-method',
  address: 'trail-field-address',
  person_id: 'trail-field-person-id',
  deputy_id: 'trail-field-deputy-id',
  from: 'trail-field-from',
  to: 'trail-field-to',
  value: 'trail-field-value',
  target: 'trail-field-target',
  state: 'trail-field-state',
  due_at: 'trail-field-due-at',
  title: 'trail-field-title',
  text: 'trail-field-text',
  lead: 'trail-field-lead',
  attributes: 'trail-field-attributes',
  hostname: 'trail-field-hostname',
  fqdn: 'trail-field-fqdn',
  serial: 'trail-field-serial',
  components: 'trail-field-components',
  matches_began: 'trail-field-matches-began',
  matches_ended: 'trail-field-matches-ended',
  tickets_opened: 'trail-field-tickets-opened',
  tickets_closed: 'trail-field-tickets-closed',
  tickets_reopened: 'trail-field-tickets-reopened',
  previewed: 'trail-field-previewed',
  closed: 'trail-field-closed',
  read: 'trail-field-read',
  refused: 'trail-field-refused',
  hazards: 'trail-field-hazards',
  directives: 'trail-field-directives',
  programmes: 'trail-field-programmes',
  opened: 'trail-field-opened',
  measured: 'trail-field-measured',
  checks: 'trail-field-checks',
  withdrawn: 'trail-field-withdrawn',
  months: 'trail-field-months',
  made: 'trail-field-made',
  late: 'trail-field-late',
  removed: 'trail-field-removed',
  vulnerability: 'trail-field-vulnerability',
  origin: 'trail-field-origin',
  tickets: 'trail-field-tickets',
  ratings: 'trail-field-ratings',
  month: 'trail-field-month',
  answers: 'trail-field-answers',
  answer: 'trail-field-answer',
  links: 'trail-field-links',
  replaces: 'trail-field-replaces',
  starts_at: 'trail-field-starts-at',
  figure: 'trail-field-figure',
  responsible: 'trail-field-responsible',
  measure: 'trail-field-measure',
  units: 'trail-field-units',
  measurement: 'trail-field-measurement',
  result: 'trail-field-result',
  steps: 'trail-field-steps',
  regions: 'trail-field-regions',
  purpose: 'trail-field-purpose',
  cadence: 'trail-field-cadence',
  agenda: 'trail-field-agenda',
  section: 'trail-field-section',
  places: 'trail-field-places',
  role: 'trail-field-role',
  chair: 'trail-field-chair',
  axis: 'trail-field-axis',
  approved_on: 'trail-field-approved-on',
  expires_on: 'trail-field-expires-on',
  told_by_clock: 'trail-field-told-by-clock',
  mails: 'trail-field-mails',
  attended: 'trail-field-attended',
};

const jobKey: Record<string, string> = {
  housekeeping: 'trail-job-housekeeping',
  'maturity.keep': 'trail-job-maturity-keep',
  asset_reconcile: 'trail-job-asset-reconcile',
  reconcile: 'trail-job-reconcile',
  'feed.sync': 'trail-job-feed-sync',
  'feed.sync-one': 'trail-job-feed-sync-one',
  'vulnerability-digest': 'trail-job-vulnerability-digest',
  'platform.forget': 'trail-job-platform-forget',
  'duties.remind': 'trail-job-duties-remind',
  'review.packs': 'trail-job-review-packs',
  'review.outer': 'trail-job-review-outer',
  'departments.keep': 'trail-job-departments-keep',
  mail: 'trail-job-mail',
};

const word = (keys: Record<string, string>, code: string): string => (keys[code] ? t(keys[code]) : code.replaceAll(/[._]/g, ' '));

/** `asset.create` is "Asset: created"; the history of one thing says only what was done. */
export function didWhat(action: string): string {
  const [on, verb] = action.split(/\.(.*)/s);
  if (verb === undefined) return word(verbKey, PAST[action] ?? action);
  return t('trail-did', { on: word(onKey, on!), verb: word(verbKey, verb) });
}

/** Some histories write what happened in the past tense. */
const PAST: Record<string, string> = { created: 'create', changed: 'change', retired: 'retire', restored: 'restore', merged: 'merge', removed: 'remove', closed: 'close' };

export const fieldName = (field: string): string => word(fieldKey, field);
export const jobName = (kind: string): string => word(jobKey, kind);

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/;

/** A value as a person reads it: lists by commas, records as `field value`, nothing as a dash. */
export function inWords(value: unknown): string {
  if (value === null || value === undefined || value === '') return '–';
  if (Array.isArray(value)) return value.length === 0 ? '–' : value.map(inWords).join(', ');
  if (typeof value === 'object') {
    const parts = Object.entries(value).map(([field, each]) => `${fieldName(field)} ${inWords(each)}`);
    return parts.length === 0 ? '–' : parts.join(' · ');
  }
  if (typeof value === 'string' && INSTANT.test(value)) return moment(value);
  return String(value);
}

/** What is left of a record when everything that says nothing is taken out: zeros, empty lists, records of nothing. */
function telling(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value === 0 || value === '' ? null : value;
  if (Array.isArray(value)) return value.length > 0 ? value : null;
  const left = Object.entries(value).map(([field, each]) => [field, telling(each)] as const).filter(([, each]) => each !== null);
  return left.length > 0 ? Object.fromEntries(left) : null;
}

/** What a job says of its work is text or a record of figures; figures of zero say nothing. */
export function jobText(text: string): string {
  if (!text.startsWith('{')) return text;
  try {
    const left = telling(JSON.parse(text));
    return left === null ? '' : inWords(left);
  } catch {
    return text;
  }
}
