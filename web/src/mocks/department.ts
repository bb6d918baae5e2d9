// SPDX-License-Identifier: Apache-2.0
import type { CalendarView, CheckView, DepartmentRow, DepartmentView, Duty, FigureView, Measurement } from '../lib/api/department-types';
import { units } from './company';
import type { Call, Route } from './routes';
import { iso, NOW } from './seed';

function month(back: number): string {
  const start = new Date(NOW);
  start.setUTCDate(1);
  start.setUTCMonth(start.getUTCMonth() - back);
  return start.toISOString().slice(0, 7);
}

const at = (id: string | null) => units.find((unit) => unit.id === id) ?? units.find((unit) => unit.kind === 'department') ?? units[0]!;
const named = (id: string | null) => {
  const unit = at(id);
  return { id: unit.id, name: unit.name, name_ja: unit.name_ja ?? '' };
};

function figure(name: string, unit: FigureView['unit'], better: FigureView['better'], values: (number | null)[]): FigureView {
  const value = values.at(-1) ?? null;
  const before = values.at(-2) ?? null;
  const worse = value !== null && before !== null && (better === 'more' ? value < before : better === 'fewer' && value > before);
  return { figure: name, unit, better, value, before, worse, past: values.map((each, index) => ({ month: month(values.length - index), value: each })), href: '/tickets?view=flat' };
}

const value = (id: string, of: number, days: number): Measurement => ({ id, as_of: iso(days), value: of, part: of, whole: true, counted: of, among: of });

function department({ query }: Call): DepartmentView {
  return {
    unit: named(query.get('unit')),
    path: [{ id: units[0]!.id, name: units[0]!.name, name_ja: units[0]!.name_ja ?? '' }, named(query.get('unit'))],
    owes_check: true,
    month: query.get('month') ?? month(1),
    running: query.get('month') === month(0),
    figures: [
      figure('axis-governance', 'points', 'more', Array(12).fill(null)),
      figure('axis-system', 'points', 'more', [null, 58, 61, 60, 64, 66, 65, 70, 72.4, 75, 74.1, 71.3]),
      figure('tickets-open', 'count', 'fewer', [40, 42, 44, 41, 38, 36, 30, 31, 33, 35, 38, 41]),
      figure('tickets-overdue', 'count', 'fewer', [9, 9, 8, 7, 6, 6, 5, 5, 4, 4, 6, 9]),
      figure('tickets-exploited', 'count', 'fewer', [2, 1, 1, 0, 0, 0, 0, 1, 1, 1, 0, 0]),
      figure('tickets-opened', 'count', 'none', [12, 14, 9, 8, 11, 7, 6, 9, 10, 12, 13, 15]),
      figure('tickets-closed', 'count', 'none', [8, 12, 7, 11, 14, 9, 12, 8, 8, 10, 10, 12]),
    ],
    causes: [{ id: 'c1', figure: 'tickets-overdue', cause: 'capacity', text: 'Updates wait for the weekend after the month’s close.', responsible_id: null, responsible_name: 'Aoi Tanaka', named_at: iso(-3), named_by: 'Aoi Tanaka' }],
    improvements: [
      { id: 'i1', unit_id: at(query.get('unit')).id, month: month(2), title: 'A fixed half day for updates each week', text: '', measure: { kind: 'overdue_tickets' }, measure_unit: 'count', better: 'fewer', target: 3, responsible_name: 'Aoi Tanaka', due_at: iso(12), state: 'running', overdue: false, opened_at: iso(-40), opened_by: 'Aoi Tanaka', closed_by: '', result: '', then: value('1', 9, -40), now: value('2', 4, -3), reached: false, course: { points: [value('1', 9, -40), value('2', 4, -3)] } },
    ],
    checks: [
      { month: month(0), due_at: iso(-2), handed_in_at: null, late: true },
      { month: month(1), due_at: iso(-33), handed_in_at: iso(-36), late: false },
    ],
    owed: 2,
    overdue: 1,
  };
}

function duty(id: string, kind: string, title: string, days: number): Duty {
  return { id, kind, unit_id: at(null).id, unit_name: at(null).name, unit_name_ja: at(null).name_ja ?? '', title, href: '/department', due_at: iso(days), overdue: days < 0, paused: false };
}
const duties = [
  duty('d1', 'self-check', month(0), -2),
  { ...duty('d2', 'improvement', 'A fixed half day for updates each week', 12), pause_asked: { id: 'p1', from_at: iso(-1), reason: 'The office moves', asked_by: 'Aoi Tanaka', approved_by: '' } },
  { ...duty('d3', 'directive', 'Halve what is overdue', 20), paused: true, pause: { id: 'p2', from_at: iso(-4), reason: 'Stocktaking', asked_by: 'Aoi Tanaka', approved_by: 'CISO' } },
];

function check({ query }: Call): CheckView {
  return {
    id: 'k1',
    unit_id: at(query.get('unit')).id,
    month: query.get('month') ?? month(0),
    version: '2026.1',
    revision: 1,
    changed_by: 'Aoi Tanaka',
    due_at: iso(-2),
    handed_in_at: query.get('month') === month(1) ? iso(-36) : null,
    handed_in_by: query.get('month') === month(1) ? 'Aoi Tanaka' : '',
    late: query.get('month') !== month(1),
    questions: [
      { code: 'figures', axis: 'governance', evidence: true, en: 'Did you look at last month’s figures with the people who run your systems?', ja: '前月の数値をシステム担当者と確認しましたか。' },
      { code: 'overdue', axis: 'system', evidence: true, en: 'For each overdue ticket: is it known who does what by when?', ja: '期限を過ぎた各チケットについて、誰が何をいつまでに行うか決まっていますか。' },
    ],
    answers: { figures: { answer: 'yes', text: 'Minutes of the third', links: [] } },
  };
}

const calendar = ({ query }: Call): CalendarView => ({
  unit_id: query.get('unit') ?? at(null).id,
  calendar: 'jp',
  chosen_at: units[0]!.id,
  known: ['jp', 'us', 'eu', 'utc'],
  year: Number(query.get('year') ?? 2026),
  holidays: ['2026-01-01', '2026-05-03', '2026-11-03', '2026-11-23'],
  own_days: [{ unit_id: query.get('unit') ?? at(null).id, day: '2026-12-30', off: true, name: 'Year’s end', set_by: 'CISO' }],
});

const row = (unit: (typeof units)[number], index: number): DepartmentRow => ({
  unit: { id: unit.id, name: unit.name, name_ja: unit.name_ja ?? '' },
  check: { month: month(0), due_at: iso(-2), handed_in_at: index % 3 === 0 ? null : iso(-4), late: index % 3 === 0 },
  running_improvements: index % 2,
  owed: (index % 3) + 1,
  overdue: index % 3 === 0 ? 1 : 0,
});

export const departmentRoutes: Route[] = [
  ['GET', /^\/department$/, department],
  ['GET', /^\/departments$/, () => ({ items: units.filter((unit) => unit.kind === 'department').map(row) })],
  ['GET', /^\/self-checks$/, check],
  ['GET', /^\/me\/obligations$/, () => ({ items: duties.slice(0, 2), tickets: [{ unit_id: at(null).id, unit_name: at(null).name, unit_name_ja: at(null).name_ja ?? '', near: 4, overdue: 9, due_at: iso(-6), href: '/tickets' }] })],
  ['GET', /^\/obligations$/, () => ({ items: duties })],
  ['GET', /^\/calendars$/, calendar],
  ['GET', /^\/measurements\/(\d+)\/rows$/, () => ({ items: [{ kind: 'ticket', id: '12', name: 'openssl', detail: 'Web shop' }] })],
  ['POST', /^\/measures\/preview$/, () => ({ value: 9, counted: 9, among: 41, rows: [] })],
];
