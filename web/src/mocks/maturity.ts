// SPDX-License-Identifier: Apache-2.0
import type { AxisView, GateView, IndicatorView, MonthView, TrendPoint } from '../lib/api/maturity-types';
import { AXES } from '../lib/maturity/terms';
import { assets, seats, units } from './company';
import type { Call, Route } from './routes';
import { iso, NOW } from './seed';
import { tickets } from './work';

const MONTHS = Array.from({ length: 14 }, (_, back) => {
  const start = new Date(NOW);
  start.setUTCDate(1);
  start.setUTCMonth(start.getUTCMonth() - back);
  return start.toISOString().slice(0, 7);
});

function month(name: string): MonthView {
  return {
    month: name,
    revision: name === MONTHS[0] ? 0 : name === MONTHS[3] ? 2 : 1,
    preview: name === MONTHS[0],
    evaluated_at: iso(0),
    formula: '2026.3',
    actor: 'hinomi',
    reason: name === MONTHS[3] ? 'a scanner had reported twice' : '',
    rows_hash: '5b1f0c8a9d3e',
    sources: [
      { source: 'assets', newest_at: iso(-1), blind: false },
      { source: 'tickets', newest_at: iso(-40), blind: true },
    ],
    late: name === MONTHS[4],
    zone: 'Asia/Tokyo',
  };
}

const one = (code: string, weight: number, state: IndicatorView['state'], counted: number, in_scope: number, score: number | null, more: Partial<IndicatorView> = {}): IndicatorView => ({ code, version: 1, weight, shape: 'ratio', formula: 'n / d', state, score, value: score, counted, in_scope, missing_points: score === null ? 0 : weight * (1 - score), in_scope_before: in_scope, moved: false, sources: ['assets'], ...more });

const SYSTEM: IndicatorView[] = [
  one('S1', 15, 'scored', 570, 600, 0.95),
  one('S2', 10, 'scored', 540, 570, 0.947, { in_scope_before: 410, moved: true }),
  one('S3', 20, 'scored', 88, 110, 0.8, { sources: ['tickets'] }),
  one('S4', 15, 'blind', 3, 570, 0, { formula: '(5 − 100 · n / d) / (5 − 0)', sources: ['tickets'] }),
  one('S5', 10, 'scored', 0, 12, 0.736, { shape: 'median_falling', formula: '(60 − median) / (60 − 7)', value: 21, sources: ['tickets'] }),
  one('S6', 10, 'awaited', 0, 0, null, { sources: ['controls'] }),
  one('S9', 5, 'not_in_scope', 0, 0, null),
];

const GATES: GateView[] = [
  { level: 1, kind: 'rated', state: 'met' },
  { level: 1, kind: 'fact', subject: 'owner-seat-filled', state: 'met' },
  { level: 2, kind: 'score', at_least: 50, state: 'met' },
  { level: 2, kind: 'fact', subject: 'procedure-approved', state: 'awaited' },
  { level: 3, kind: 'no_weak', at_least: 0.5, state: 'not_met' },
  { level: 3, kind: 'indicator', subject: 'S1', at_least: 0.9, state: 'met' },
  { level: 4, kind: 'score_kept', at_least: 85, state: 'not_met' },
];

function axis(code: string): AxisView {
  const rated: Record<string, number> = { system: 72.4, governance: 61 };
  const score = rated[code] ?? null;
  return {
    axis: code,
    score,
    level: score === null ? 0 : 1,
    weight: score === null ? 0 : 85,
    least_weight: 50,
    withheld: code === 'culture',
    before: score === null ? null : score - 6,
    target: code === 'system' ? { unit_id: units[0]!.id, axis: code, score: 85, month: '2027-03', set_at: iso(-90), set_by: 'CISO', reason: 'plan of the year' } : null,
    gap: code === 'system' ? 12.6 : null,
    gates: GATES,
    indicators: code === 'system' ? SYSTEM : [],
    awaits: code === 'system' ? ['controls'] : ['training', 'drills'],
  };
}

function view({ query }: Call) {
  const unit = units.find((each) => each.id === query.get('unit')) ?? units[0]!;
  const name = (each: (typeof units)[number]) => ({ id: each.id, name: each.name, name_ja: each.name_ja ?? '' });
  const small = (at: number) => AXES.map((code) => ({ axis: code, score: code === 'system' ? 60 + at * 7 : null, level: code === 'system' ? 1 : 0 }));
  return {
    month: month(query.get('month') ?? MONTHS[1]!),
    unit: name(unit),
    path: unit === units[0] ? [name(unit)] : [name(units[0]!), name(unit)],
    people: 386,
    axes: AXES.map(axis),
    beside: { accepted: 2, retracted: 1, retired: 4, lowered: 0 },
    children: units.slice(1, 5).map((each, at) => ({ unit: name(each), has_children: true, axes: small(at) })),
    ranked: true,
  };
}

const target = (month: string, axis: string, score: number) => ({ unit_id: units[0]!.id, axis, score, month, set_at: iso(-90), set_by: 'CISO', reason: 'plan of the year' });
const approval = (id: string, axis: string, more: object = {}) => ({ id, unit_id: units[0]!.id, axis, title: 'How we patch', link: 'https://intra.example.test/patch', approved_on: '2026-04-01', approved_by: 'CISO', expires_on: '2027-03-31', recorded_at: iso(-200), recorded_by: 'CISO', revoked_at: null, revoked_by: '', valid: true, ...more });
const SETS = [
  { version: '2026.3', valid_from: '2000-01', filed_at: iso(-300), filed_by: 'hinomi', reason: 'shipped formulas' },
  { version: 'house.1', valid_from: '2099-04', filed_at: iso(-3), filed_by: 'CISO', reason: 'remediation weighs more' },
];

function sheet() {
  const gates = GATES.map((gate) => ({ ...gate, state: '' as const }));
  const axes = AXES.map((code) => ({ axis: code, owner_seat: 'system_security_manager', personal: code === 'human', indicators: code === 'system' ? SYSTEM.map((each) => ({ code: each.code, version: 1, weight: each.weight, formula: each.formula, counts: 'assets that somebody registered', counts_ja: '登録済みの資産', among: 'assets that were seen', among_ja: '観測された資産', sources: each.sources })) : [], gates: code === 'system' ? gates.filter((gate) => gate.kind === 'indicator') : [] }));
  return { ...SETS[0]!, toml: 'version = "2026.3"\nleast_weight = 50\n', least_weight: 50, blind_weight: 10, blind_level: 1, least_people: 10, axes, gates: gates.filter((gate) => gate.kind !== 'indicator') };
}

function trend(): { items: TrendPoint[] } {
  const items = [...MONTHS].reverse().map((name, at) => ({ month: name, preview: name === MONTHS[0], axes: AXES.map((code) => ({ axis: code, score: code === 'system' ? 48 + at * 1.9 : code === 'governance' && at > 4 ? 61 : null, level: 1 })) }));
  return { items };
}

const row = (at: number) => ({ kind: 'ticket' as const, id: String(tickets[at]!.id), name: 'openssl', detail: tickets[at]!.system_name, unit_id: units[1]!.id, amount: 0, in_scope: true, side: 'against' as const });

function rows({ query }: Call) {
  const chosen = query.get('side') === 'for' ? [] : [row(0), row(1), { ...row(2), kind: 'asset' as const, id: assets[0]!.id, name: assets[0]!.name, detail: null }, { ...row(3), kind: 'seat' as const, id: seats[0]!.id, name: 'system_security_manager', detail: null }];
  return { month: MONTHS[1], indicator: query.get('indicator'), rows_for: 0, rows_against: 4, hidden: 2, items: chosen, next: null };
}

export const maturity: Route[] = [
  ['GET', /^\/maturity$/, view],
  ['GET', /^\/maturity\/months$/, () => ({ items: MONTHS.map(month), next: null })],
  ['GET', /^\/maturity\/trend$/, trend],
  ['GET', /^\/maturity\/rows$/, rows],
  ['GET', /^\/maturity\/gap$/, () => ({ items: [0, 1, 2].map((at) => ({ ...row(at), points: 3.25 - at, indicators: ['S3', 'S5'] })), next: null })],
  ['GET', /^\/maturity\/targets$/, () => ({ items: [target('2027-03', 'system', 80), target('2027-03', 'governance', 70)], next: null })],
  ['POST', /^\/maturity\/targets$/, () => ({ items: [], next: null })],
  ['GET', /^\/maturity\/approvals$/, () => ({ items: [approval('p1', 'system'), approval('p2', 'governance', { valid: false, revoked_at: iso(-4), revoked_by: 'CISO' })], next: null })],
  ['GET', /^\/maturity\/dual-runs$/, () => ({ items: [{ version: 'house.2', begun_at: iso(-70), begun_by: 'Sakura Mori', reason: 'our own weights', text: 'version = "house.2"', wanted: 3, done: false, filed: false, months: [MONTHS[2], MONTHS[1]].map((name, at) => ({ month: name, counted: AXES.map((code) => ({ axis: code, score: code === 'system' ? 72.4 + at : null, level: 2 })), beside: AXES.map((code) => ({ axis: code, score: code === 'system' ? 69.9 + at : null, level: 1 })) })) }], next: null })],
  ['GET', /^\/maturity\/formula-sets$/, () => ({ items: SETS, next: null })],
  ['GET', /^\/maturity\/formula-sets\/[^/]+$/, sheet],
  ['POST', /^\/maturity\/formula-sets\/preview$/, () => ({ month: MONTHS[1], changed: 3, units: units.slice(0, 3).map((each, at) => ({ unit: { id: each.id, name: each.name, name_ja: each.name_ja ?? '' }, before: AXES.map((code) => ({ axis: code, score: code === 'system' ? 72.4 : null, level: 1 })), after: AXES.map((code) => ({ axis: code, score: code === 'system' ? 70 - at : null, level: 1 })) })) })],
  ['GET', /^\/maturity\/ranks$/, () => ({ items: units.slice(1, 4).map((each, at) => ({ rank: at + 1, unit: { id: each.id, name: each.name, name_ja: each.name_ja ?? '' }, score: 80 - at * 4, level: 2 })), next: null })],
  ['GET', /^\/maturity\/external-ratings$/, () => ({ items: [{ id: 'r1', unit_id: units[0]!.id, provider: 'Watch', rated_on: '2026-10-01', value: 'A', scale: 'A to F' }], next: null })],
];
