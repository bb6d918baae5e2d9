// SPDX-License-Identifier: Apache-2.0
import type { Criticality, TicketRow } from '../lib/api/types';
import { assets, people, reader, seats, subtree, systems, units } from './company';
import { departmentRoutes } from './department';
import { estate } from './estate';
import { intelligence } from './intelligence';
import { maturity } from './maturity';
import { outer } from './outer';
import { reconciliation } from './reconcile';
import { DAY, iso, NOW } from './seed';
import { histories, tickets } from './work';

export interface Call {
  query: URLSearchParams;
  parts: string[];
  body: unknown;
}
export type Route = [method: string, pattern: RegExp, answer: (call: Call) => unknown];

const LEVELS: Criticality[] = ['critical', 'high', 'medium', 'low'];

export function paged<T>(all: T[], query: URLSearchParams) {
  const limit = Number(query.get('limit') ?? '50');
  const from = Number(query.get('after') ?? '0');
  return { items: all.slice(from, from + limit), next: from + limit < all.length ? String(from + limit) : null, total: all.length };
}

export function must<T>(found: T | undefined, what: string): T {
  if (found === undefined) throw new Error(`${what} is not known`);
  return found;
}

function openAt(ticket: TicketRow, at: string | null): boolean {
  if (!at) return ticket.state === 'open';
  const end = Date.parse(`${at}T23:59:59Z`);
  return Date.parse(ticket.opened_at) <= end && (!ticket.closed_at || Date.parse(ticket.closed_at) > end);
}

function filtered(query: URLSearchParams): TicketRow[] {
  const inside = subtree(query.get('unit'));
  const at = query.get('at');
  const words = query.get('q')?.toLowerCase();
  const assignee = query.get('assignee') === 'me' ? reader.id : query.get('assignee');
  const found = tickets.filter(
    (ticket) =>
      (!inside || inside.has(ticket.unit_id)) &&
      (!query.get('state') || query.get('state') === 'all' || (query.get('state') === 'open' ? openAt(ticket, at) : ticket.state === query.get('state'))) &&
      (!query.get('system') || ticket.system_id === query.get('system')) &&
      (!query.get('criticality') || ticket.criticality === query.get('criticality')) &&
      (!query.get('overdue') || ticket.overdue) &&
      (!query.get('waiting') || ticket.waiting_for_fix) &&
      (!query.get('high_priority') || ticket.high_priority) &&
      (!query.get('known_exploited') || ticket.known_exploited) &&
      (!assignee || (assignee === 'none' ? !ticket.assignee : ticket.assignee?.id === assignee)) &&
      (!query.get('distribution') || distribution(ticket) === query.get('distribution')) &&
      (!query.get('vulnerability') || ticket.items.some((item) => item.vulnerability.canonical === query.get('vulnerability'))) &&
      (!words || `${ticket.number} ${ticket.title} ${ticket.system_name}`.toLowerCase().includes(words)),
  );
  const sort = query.get('sort') ?? 'due';
  const order: Record<string, (a: TicketRow, b: TicketRow) => number> = {
    due: (a, b) => (a.due_at ?? '9').localeCompare(b.due_at ?? '9'),
    criticality: (a, b) => LEVELS.indexOf(a.criticality) - LEVELS.indexOf(b.criticality),
    age: (a, b) => a.opened_at.localeCompare(b.opened_at),
  };
  return found.sort(order[sort] ?? order.due);
}

function distribution(ticket: TicketRow): string {
  return [ticket.ecosystem, ticket.release].filter(Boolean).join(' ');
}

function row(ticket: TicketRow): TicketRow {
  const { items, assets: _assets, decision, ...rest } = ticket as never as Record<string, unknown>;
  void [items, _assets, decision];
  return rest as never as TicketRow;
}

function byLevel(list: TicketRow[]) {
  const counts = { critical: 0, high: 0, medium: 0, low: 0 };
  for (const ticket of list) counts[ticket.criticality] += 1;
  return counts;
}

function command(list: TicketRow[]): string | null {
  const names = [...new Set(list.filter((ticket) => !ticket.waiting_for_fix).map((ticket) => ticket.package))];
  if (names.length === 0) return null;
  const tool: Record<string, string> = { Debian: 'apt-get install --only-upgrade', Ubuntu: 'apt-get install --only-upgrade', 'Red Hat': 'dnf upgrade', Alpine: 'apk upgrade', PyPI: 'pip install --upgrade', npm: 'npm update' };
  return `${tool[list[0]!.ecosystem ?? ''] ?? 'update'} ${names.join(' ')}`;
}

function groups(query: URLSearchParams) {
  const found = new Map<string, TicketRow[]>();
  for (const ticket of filtered(query)) {
    const key = `${ticket.system_id} ${distribution(ticket)}`;
    found.set(key, [...(found.get(key) ?? []), ticket]);
  }
  return [...found.values()].map((list) => ({
    system_id: list[0]!.system_id, system_name: list[0]!.system_name, unit_id: list[0]!.unit_id, unit_name: list[0]!.unit_name, distribution: distribution(list[0]!), tickets: list.length,
    by_criticality: byLevel(list), overdue: list.filter((ticket) => ticket.overdue).length, earliest_due: list.map((ticket) => ticket.due_at).filter(Boolean).sort()[0] ?? null, update_command: command(list),
  }));
}

function heatmap(query: URLSearchParams) {
  const unit = query.get('unit') ?? units[0]!.id;
  const open = tickets.filter((ticket) => openAt(ticket, query.get('at')));
  const line = (node: (typeof units)[number], inside: Set<string>, has_children: boolean) => {
    const list = open.filter((ticket) => inside.has(ticket.unit_id));
    return { unit_id: node.id, name: node.name, name_ja: node.name_ja, kind: node.kind, has_children, cells: byLevel(list), overdue: list.filter((ticket) => ticket.overdue).length, total: list.length };
  };
  const rows = units.filter((node) => node.parent_id === unit).map((node) => line(node, subtree(node.id)!, units.some((each) => each.parent_id === node.id)));
  const own = line(must(units.find((node) => node.id === unit), 'unit'), new Set([unit]), false);
  if (own.total > 0 || rows.length === 0) rows.push(own);
  return { at: query.get('at'), unit: { id: unit, name: own.name }, rows };
}

function trend(query: URLSearchParams) {
  const inside = subtree(query.get('unit'));
  const mine = tickets.filter((ticket) => !inside || inside.has(ticket.unit_id));
  const items = [];
  for (let back = 364; back >= 0; back -= 1) {
    const day = new Date(NOW - back * DAY).toISOString().slice(0, 10);
    const open = byLevel(mine.filter((ticket) => openAt(ticket, day)));
    const wave = (share: number) => Math.round(mine.length * share * (1 + Math.sin(back / 23) * 0.25) * (back / 365));
    items.push({ day, open: { critical: open.critical + wave(0.03), high: open.high + wave(0.1), medium: open.medium + wave(0.16), low: open.low + wave(0.08) }, opened: mine.filter((ticket) => ticket.opened_at.startsWith(day)).length, closed: mine.filter((ticket) => ticket.closed_at?.startsWith(day)).length });
  }
  return { items, next: null, total: items.length };
}

function residual(query: URLSearchParams) {
  const inside = subtree(query.get('unit'));
  const mine = tickets.filter((ticket) => !inside || inside.has(ticket.unit_id));
  const open = mine.filter((ticket) => openAt(ticket, query.get('at')));
  const age = (ticket: TicketRow) => Math.floor((NOW - Date.parse(ticket.opened_at)) / DAY);
  const steps: [string, number, number][] = [['0-7', 0, 7], ['8-30', 8, 30], ['31-90', 31, 90], ['91-180', 91, 180], ['181+', 181, 9999]];
  const ages = open.map(age).sort((a, b) => a - b);
  return { open: open.length, instructed_total: mine.length, closed_total: mine.length - open.length, age_buckets: steps.map(([label, from, to]) => ({ label, ...byLevel(open.filter((ticket) => age(ticket) >= from && age(ticket) <= to)) })), oldest_days: ages.at(-1) ?? 0, median_days: ages[Math.floor(ages.length / 2)] ?? 0 };
}

function act(id: string, action: string, body: Record<string, unknown>) {
  const ticket = must(tickets.find((each) => each.id === id), 'ticket');
  const list = histories.get(id)!;
  const at = new Date().toISOString();
  if (action === 'assign') {
    const who = people.find((person) => person.id === body.assignee_id) ?? null;
    ticket.assignee = who ? { id: who.id, name: who.name, name_native: who.name_native } : null;
    list.push({ at, actor: reader.name, kind: 'assigned', data: { assignee_name: who?.name ?? null } });
  } else if (action === 'start') {
    ticket.work_started_at = at;
    list.push({ at, actor: reader.name, kind: 'started', data: { target_version: ticket.target_version } });
  } else list.push({ at, actor: reader.name, kind: 'comment', data: { text: body.text } });
}

const ticketRoutes: Route[] = [
  ['GET', /^\/tickets$/, ({ query }) => { const all = paged(filtered(query), query); return { ...all, items: all.items.map(row) }; }],
  ['GET', /^\/tickets\/groups$/, ({ query }) => paged(groups(query), query)],
  ['GET', /^\/tickets\/counts$/, ({ query }) => { const list = filtered(query); return { open: list.length, overdue: list.filter((t) => t.overdue).length, waiting_for_fix: list.filter((t) => t.waiting_for_fix).length, high_priority: list.filter((t) => t.high_priority).length, known_exploited: list.filter((t) => t.known_exploited).length, by_criticality: byLevel(list) }; }],
  ['GET', /^\/tickets\/export$/, ({ query }) => ['number,title', ...filtered(query).map((ticket) => `${ticket.number},${ticket.title}`)].join('\n')],
  ['POST', /^\/tickets\/bulk$/, ({ body }) => { const call = body as { ticket_ids?: string[]; filter?: Record<string, string>; action: string }; const ids = call.ticket_ids ?? filtered(new URLSearchParams(call.filter)).map((t) => t.id); for (const id of ids) act(String(id), call.action, body as Record<string, unknown>); return { done: ids.length, refused: [] }; }],
  ['GET', /^\/tickets\/([^/]+)$/, ({ parts }) => must(tickets.find((ticket) => ticket.id === parts[0] || ticket.number === parts[0]), `ticket ${parts[0]}`)],
  ['GET', /^\/tickets\/([^/]+)\/history$/, ({ parts }) => ({ items: histories.get(parts[0]!) ?? [], next: null })],
  ['PATCH', /^\/tickets\/([^/]+)$/, ({ parts, body }) => act(parts[0]!, 'assign', body as Record<string, unknown>)],
  ['POST', /^\/tickets\/([^/]+)\/start$/, ({ parts }) => act(parts[0]!, 'start', {})],
  ['POST', /^\/tickets\/([^/]+)\/comments$/, ({ parts, body }) => act(parts[0]!, 'comment', body as Record<string, unknown>)],
];

const riskRoutes: Route[] = [
  ['GET', /^\/risk\/heatmap$/, ({ query }) => heatmap(query)],
  ['GET', /^\/risk\/trend$/, ({ query }) => trend(query)],
  ['GET', /^\/risk\/residual$/, ({ query }) => residual(query)],
  ['GET', /^\/risk\/summary$/, () => ({ systems: systems.length, assets: assets.length, assets_without_inventory: assets.filter((asset) => !asset.os).length, unassigned: 3, stale: assets.filter((asset) => asset.stale).length, components: 8123, vulnerabilities_affecting: 19, unknowns: { total: 214, by_reason: [{ reason: 'no-data-for-ecosystem', count: 190 }, { reason: 'version-not-comparable', count: 24 }] }, known_exploited_open: 21, feed_age_seconds: 11_000 })],
];

const PERMISSIONS = 'OrgRead OrgWrite InventoryRead InventoryWrite AssetRead AssetWrite VulnerabilityRead FeedWrite FindingRead TicketRead TicketWrite TicketBulk PolicyRead PolicyWrite RiskRead ReviewRead ReviewWrite DepartmentWrite SettingsRead SettingsWrite AuditRead AdminUsers ProfileRead'.split(' ');

const sessionRoutes: Route[] = [
  ['GET', /^\/session$/, () => ({ person: { ...reader, locale: null, theme: null }, seats: [{ unit_id: units[0]!.id, unit_name: units[0]!.name, kind: 'ciso', permissions: PERMISSIONS }, { unit_id: seats[5]!.unit_id, unit_name: seats[5]!.unit_name, kind: 'system_security_manager' }], permissions: PERMISSIONS, csrf_token: 'mock', instance: { name: 'Aozora Group', demo: true, version: '0.1.0' } })],
  ['POST', /^\/session(\/link)?$/, () => undefined],
  ['DELETE', /^\/session$/, () => undefined],
  ['PUT', /^\/me\//, () => undefined],
  ['GET', /^\/me\/sessions$/, () => ({ items: [{ id: 'a', created_at: iso(-1), last_seen_at: iso(0), expires_at: iso(6), user_agent: 'Mozilla/5.0 (X11; Linux x86_64) Chromium/156', current: true }, { id: 'b', created_at: iso(-4), last_seen_at: iso(-3), expires_at: iso(3), user_agent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0)', current: false }] })],
  ['DELETE', /^\/me\/sessions\/([^/]+)$/, () => undefined],
];

const whole = (name: string, unit: string, value: number, initial: number, version = 0) => ({ name, text_key: `setting-${name}`, value, default: initial, values: { kind: 'whole', unit, least: 1, most: 1000 }, version, changed_at: version ? iso(-12) : null, changed_by: version ? reader.name : null });
const settings = [
  { name: 'default-locale', text_key: 'setting-default-locale', value: 'ja', default: 'en', values: { kind: 'choice', words: ['en', 'ja'] }, version: 1, changed_at: iso(-80), changed_by: reader.name },
  whole('session-idle-hours', 'hours', 12, 12), whole('asset-stale-days', 'days', 14, 30, 3), whole('inventory-hold-loss-percent', 'percent', 30, 30), whole('feed-old-hours', 'hours', 48, 48),
];
const settingRoutes: Route[] = [
  ['GET', /^\/settings$/, () => ({ items: settings })],
  ['GET', /^\/settings\/([^/]+)\/history$/, ({ parts }) => ({ items: settings.filter((each) => each.name === parts[0] && each.version > 0) })],
  ['PUT', /^\/settings\/([^/]+)$/, ({ parts, body }) => { const found = must<{ name: string; value: unknown; version: number }>(settings.find((each) => each.name === parts[0]), 'setting'); found.value = (body as { value: unknown }).value; found.version += 1; return found; }],
];

export const routes: Route[] = [...settingRoutes, ...reconciliation, ...intelligence, ...maturity, ...outer, ...departmentRoutes, ...sessionRoutes, ...ticketRoutes, ...riskRoutes, ...estate];
