// SPDX-License-Identifier: Apache-2.0
// The outer loop of the invented company: directives, hazards, programmes, bodies, a meeting and a pack.
import type { DirectiveDetail, HazardDetail, HazardRules, KindView, Measurement, Programme } from '../lib/api/outer-types';
import type { Body, Meeting, PackCells, PackDocument, PackView } from '../lib/review/types';
import { people, reader, units } from './company';
import { must, type Route } from './routes';
import { iso, NOW } from './seed';
import { tickets } from './work';

const group = units[0]!;
const regions = units.filter((unit) => unit.kind === 'region');
const place = (unit: (typeof units)[number]) => ({ id: unit.id, name: unit.name, name_ja: unit.name_ja ?? '' });
const month = new Date(NOW - 31 * 86_400_000).toISOString().slice(0, 7);

const measured = (id: string, value: number, days: number): Measurement => ({ id, as_of: iso(days), taken_at: iso(days), value, part: value, whole: true, counted: value, among: value, rows_hash: 'mock', actor: 'clock' });
const kinds: KindView[] = [
  { kind: 'open_tickets', unit: 'count', better: 'fewer', narrows: true, one_unit: false, wants: null },
  { kind: 'axis_score', unit: 'points', better: 'more', narrows: false, one_unit: true, wants: 'axis' },
];

const course = [measured('51', 24, -40), measured('52', 15, -20), measured('53', 9, -2)];
const directive: DirectiveDetail = {
  id: '1', number: 'D-1', decision_id: '1', title: 'Close what the Internet reaches', text: 'Nothing critical stays open where the Internet reaches it.', issued_at: iso(-40), issued_by: reader.name, responsible_name: people[4]!.name, units: regions.slice(0, 2).map((unit) => ({ unit_id: unit.id, name: unit.name, name_ja: unit.name_ja ?? '', subtree: true })), hidden_units: 0,
  measure: { kind: 'open_tickets', criticalities: ['critical'], internet: true }, unit: 'count', better: 'fewer', target: 0, due_at: iso(18), standing: 'running', before: course[0]!, newest: course[2]!, course,
  events: [{ at: iso(-40), actor: reader.name, kind: 'issued', text: '' }],
};

const ticket = tickets[0]!;
const hazard: HazardDetail = {
  id: '1', number: 'H-1', name: 'CVE-2021-44228', origin: 'rule', reason: 'Known to be exploited, on an important system that the Internet reaches.', opened_at: iso(-3), opened_by: 'clock', lead_name: people[3]!.name, lead_due_at: iso(-2), tell_due_at: iso(1), told_at: iso(-2), measure_at: iso(-2), state: 'open', tickets: 1, tickets_open: 1, hidden: 0, systems: [{ name: ticket.system_name, name_ja: '' }], unit_ids: [ticket.unit_id],
  items: [{ ticket_id: String(ticket.id), package: ticket.package, system_id: ticket.system_id, system_name: ticket.system_name, system_name_ja: '', unit_id: ticket.unit_id, unit_name: units.find((unit) => unit.id === ticket.unit_id)?.name ?? '', unit_name_ja: '', added_at: iso(-3), open: true, assets: [] }],
  events: [{ at: iso(-3), actor: 'clock', kind: 'opened', text: '' }],
  obstacles: [{ kind: 'ticket_open', ticket_id: String(ticket.id), name: ticket.system_name, name_ja: '' }],
};
const rules: HazardRules = {
  rules: [
    { from: iso(-60), to: null, by: reader.name, reach: 'internet', importance: 'high', lead_hours: 2, tell_hours: 24, tell_again_days: 7 },
    { from: null, to: iso(-60), by: '', reach: 'internet', importance: 'high', lead_hours: 4, tell_hours: 24, tell_again_days: 7 },
  ],
  told: ['ciso', 'regional_ciso'],
  reported_to: ['management'],
};

const programme: Programme = {
  id: '1', number: 'P-1', name: 'Inventory everywhere', name_ja: '全拠点のインベントリ', text: '', fiscal_year: 2026, created_at: iso(-200), created_by: reader.name, hidden_regions: 0, complete: 1,
  steps: [{ no: 1, name: 'No critical ticket open', name_ja: '緊急の未対応なし', measure: { kind: 'open_tickets', criticalities: ['critical'] }, unit: 'count', better: 'fewer', target: 0 }],
  regions: regions.map((unit, index) => ({ unit_id: unit.id, name: unit.name, name_ja: unit.name_ja ?? '', planned_at: iso(index * 60 - 90), state: index === 0 ? 'complete' : index === 1 ? 'late' : 'planned', complete_since: index === 0 ? iso(-95) : null, cells: [{ step: 1, complete: index === 0, newest: measured(`${index + 61}`, index * 3, -1), course: [measured(`${index + 71}`, index * 3 + 6, -60), measured(`${index + 61}`, index * 3, -1)] }] })),
};

const body: Body = {
  id: 'b1', code: 'risk-committee', unit_id: group.id, name: 'Risk committee', name_ja: 'リスク委員会', purpose: '', cadence: 'monthly', agenda: [{ section: 'follow_up', title: '' }, { section: 'overdue', title: '' }],
  places: [{ role: 'ciso', chair: true, filled_by: 'seat', unit_id: group.id, seat_kind: 'ciso', members: [{ person_id: reader.id, name: reader.name, name_ja: reader.name_native, deputy: false }] }],
  vacant: 0, shipped: true, created_at: iso(-400), version: 1,
};
const meeting: Meeting = {
  id: 'm1', body_id: body.id, body_name: body.name, body_name_ja: body.name_ja, month, starts_at: iso(-4), place: 'Room 12', state: 'held', members: 1, present: 1, decisions: 1, unit_id: group.id, pack_id: 'p1',
  agenda: body.agenda.map((topic) => ({ ...topic, notes: '' })), minutes: '', created_by: reader.name, reason: '', version: 1, decisions_before: [],
  attendance: [{ person_id: reader.id, name: reader.name, name_ja: reader.name_native ?? '', role: 'ciso', chair: true, deputy: false, guest: false, state: 'present' }],
  decisions_made: [{ id: '1', meeting_id: 'm1', number: 1, agenda: 2, text: 'Overdue work on Internet-facing systems comes first.', reason: '', figure: '', decided_at: iso(-4), recorded_by: reader.name }],
};

const cells = (critical: number, overdue: number): PackCells => ({ critical, high: critical * 3, medium: critical * 4, low: critical, overdue });
const still = { reopened: 0, moved_in: 0, handed_in: 0, closed_gone: 0, closed_retracted: 0, closed_other: 0, moved_out: 0, handed_out: 0, came_and_went: 0, raised: 0, lowered: 0 };
const document: PackDocument = {
  month, unit: place(group), as_of: iso(-23), close: { revision: 1, evaluated_at: iso(-22), formula: '2026.1', rows_hash: 'a'.repeat(64) },
  axes: [{ axis: 'governance', score: 61, level: 2, before: 60, target: 70, gap: 9, withheld: false }, { axis: 'system', score: 74, level: 3, before: 71, target: null, gap: null, withheld: false }],
  trend: [{ month, scores: [61, 74], open: 63 }], open: { now: cells(7, 5), before: cells(6, 4) }, moved: { ...still, before: 54, opened: 12, closed_fixed: 3, after: 63 },
  units: regions.map((unit) => ({ unit: place(unit), now: cells(2, 1), before: cells(1, 1), latest_days: 12 })),
  exploited: { open: 3, overdue: 1, systems: 2, before: 2 }, targets_missed: [{ unit: place(group), axis: 'governance', score: 61, target: 70, due: month }],
  hazards: [], directives: [], programmes: [], blind: [],
};
const pack: PackView = { id: 'p1', month, unit: place(group), made_at: iso(-22), hash: 'b'.repeat(64), document };
const list = <T>(items: T[]) => () => ({ items, next: null, total: items.length });

export const outer: Route[] = [
  ['GET', /^\/measures$/, list(kinds)],
  ['GET', /^\/measurements\/\d+\/rows$/, () => ({ measurement_id: '53', as_of: iso(-2), rows_hash: 'mock', counted: 1, among: 1, hidden: 0, items: [{ kind: 'ticket', id: ticket.id, name: ticket.package, detail: ticket.system_name, unit_id: ticket.unit_id, counts: true }] })],
  ['GET', /^\/directives$/, list([directive])],
  ['GET', /^\/directives\/1$/, () => directive],
  ['GET', /^\/hazards$/, ({ query }) => ({ items: query.get('state') === 'released' ? [] : [hazard], next: null })],
  ['GET', /^\/hazards\/1$/, () => hazard],
  ['GET', /^\/hazard-rule$/, () => rules],
  ['GET', /^\/programmes$/, list([programme])],
  ['GET', /^\/programmes\/1$/, () => programme],
  ['GET', /^\/bodies$/, list([body])],
  ['GET', /^\/meetings$/, list([meeting])],
  ['GET', /^\/meetings\/([^/]+)$/, ({ parts }) => must([meeting].find((each) => each.id === parts[0]), 'meeting')],
  ['GET', /^\/packs$/, list([pack])],
  ['GET', /^\/packs\/p1$/, () => pack],
  ['GET', /^\/packs\/p1\/picture$/, () => '<svg xmlns="http://www.w3.org/2000/svg"/>'],
  ['GET', /^\/packs\/p1\/rows$/, () => ({ figure: 'exploited', total: 0, items: [] })],
];
