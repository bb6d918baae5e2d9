// SPDX-License-Identifier: Apache-2.0
import type { Asset, Id, System, Vulnerability } from '../lib/api/types';
import { assets, people, reader, seats, subtree, systems, units } from './company';
import { must, paged, type Route } from './routes';
import { known } from './intelligence';
import { FLAWS, iso, type Flaw } from './seed';
import { components, findings, flawIds, tickets, why } from './work';
import { DISTRIBUTIONS } from './seed';

function affectedBy(flaw: Flaw) {
  return assets.flatMap((asset) => (findings.get(asset.id) ?? []).filter((each) => each.vulnerability.canonical === flaw.canonical).map((finding) => ({ asset, finding })));
}

function vulnerability(flaw: Flaw): Vulnerability {
  const hits = affectedBy(flaw);
  return {
    id: flawIds.get(flaw.canonical)!, canonical: flaw.canonical, title: flaw.title, severity: flaw.severity, score: flaw.score, known_exploited: flaw.known_exploited, kev_due: flaw.known_exploited ? '2026-12-14' : null, published: iso(-180), modified: iso(-4), aliases: [flaw.alias],
    affected_assets: new Set(hits.map((hit) => hit.asset.id)).size, affected_systems: new Set(hits.map((hit) => hit.asset.system_id)).size, open_tickets: new Set(hits.map((hit) => hit.finding.ticket_id)).size, withdrawn: null,
    summary: flaw.title, details: flaw.title_long, severity_reason: flaw.score === null ? 'No source states a severity; counted as unrated.' : 'From the CVSS vector of the canonical record.',
    severities: flaw.score === null ? [] : [{ source: 'NVD', kind: 'CVSS_V3', vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', score: flaw.score, severity: flaw.severity }], cwes: ['CWE-787'],
    references: [{ kind: 'ADVISORY', url: `https://security.example/${flaw.canonical}` }, { kind: 'FIX', url: 'https://git.example/commit/5f2c1' }],
    advisories: flaw.distros.map((name) => ({ id: `${name.toUpperCase().replace(' ', '-')}-${flaw.canonical.slice(4)}`, source: name, modified: iso(-4), withdrawn: null, packages: [{ ecosystem: name, name: flaw.package, ranges_text: flaw.fixed ? `< ${flaw.fixed}` : 'all versions', fixed: flaw.fixed ? [flaw.fixed] : [] }], record_hash: '9f2c4e11b7a06d33' })),
    upstream: [], related: [], kev: flaw.known_exploited ? { date_added: '2026-09-02', due_date: '2026-12-14', ransomware: true, notes: 'Apply the vendor’s update.', listed_by: ['kev'] } : null, ...known, changes: [{ at: iso(-4), feed: 'osv', what: 'fixed version added' }, { at: iso(-180), feed: 'osv', what: 'first seen' }],
  };
}

function findFlaw(key: string): Flaw {
  return must(FLAWS.find((flaw) => flaw.canonical === key || flaw.alias === key || flawIds.get(flaw.canonical) === key), `vulnerability ${key}`);
}

function assetsFor(query: URLSearchParams): Asset[] {
  const inside = subtree(query.get('unit'));
  const words = query.get('q')?.toLowerCase();
  const list = query.get('list');
  const bag = systems.find((system) => system.unassigned)!.id;
  return assets.filter((asset) => (!inside || inside.has(asset.unit_id!)) && (!query.get('system') || asset.system_id === query.get('system')) && (!query.get('kind') || asset.kind === query.get('kind')) && (!words || asset.name.includes(words)) && (list !== 'stale' || asset.stale) && (list !== 'unassigned' || asset.system_id === bag) && (list !== 'without_inventory' || !asset.os));
}

function systemsFor(query: URLSearchParams): System[] {
  const inside = subtree(query.get('unit'));
  const words = query.get('q')?.toLowerCase();
  return systems.filter((system) => (!inside || inside.has(system.unit_id)) && (!words || `${system.name} ${system.name_ja} ${system.code}`.toLowerCase().includes(words)) && (!query.get('reachability') || system.reachability === query.get('reachability')) && (!query.get('importance') || system.importance.overall === query.get('importance')) && (!query.get('sensitive') || String(system.sensitive_data) === query.get('sensitive')));
}

function answerAffected(q: string) {
  const flaws = FLAWS.filter((flaw) => [flaw.canonical, flaw.alias, flaw.package].some((each) => each.toLowerCase() === q.toLowerCase()) || q.toLowerCase().includes(`/${flaw.package}`));
  const bySystem = new Map<string, { assets: Set<string>; components: Set<string>; ticket: Id | null }>();
  for (const { asset, finding } of flaws.flatMap(affectedBy)) {
    const entry = bySystem.get(asset.system_id!) ?? { assets: new Set(), components: new Set(), ticket: finding.ticket_id ?? null };
    entry.assets.add(asset.id);
    entry.components.add(`${finding.component.name} ${finding.component.version}`);
    bySystem.set(asset.system_id!, entry);
  }
  const rows = [...bySystem].map(([id, entry]) => {
    const system = must(systems.find((each) => each.id === id), 'system');
    return { system_id: id, system_name: system.name, unit_id: system.unit_id, unit_name: system.unit_name, reachability: system.reachability, criticality: tickets.find((ticket) => ticket.id === entry.ticket)?.criticality ?? null, assets: entry.assets.size, components: [...entry.components], components_total: entry.components.size, state: 'affected', ticket_id: entry.ticket };
  });
  const kind = q.startsWith('pkg:') ? 'purl' : /^(CVE|GHSA)/i.test(q) ? 'vulnerability' : 'package';
  return { kind, title: kind === 'vulnerability' ? (flaws[0]?.title ?? null) : null, matched: flaws.map((flaw) => ({ id: flaw.canonical, label: flaw.canonical })), systems: rows, assets_total: rows.reduce((sum, row) => sum + row.assets, 0), unknown_total: rows.length > 0 ? 2 : 0, cut: false, took_ms: 6 };
}

function unitPage(id: string) {
  const unit = must(units.find((each) => each.id === id), 'unit');
  const inside = subtree(id)!;
  const parents = [];
  for (let up = units.find((each) => each.id === unit.parent_id); up; up = units.find((each) => each.id === up!.parent_id)) parents.unshift(up);
  return { ...unit, parents, children: units.filter((each) => each.parent_id === id), seats: seats.filter((seat) => seat.unit_id === id), counts: { systems: systems.filter((each) => inside.has(each.unit_id)).length, assets: assets.filter((each) => inside.has(each.unit_id!)).length, people: people.filter((each) => inside.has(each.unit_id!)).length } };
}

const TOML = '# Case criticality and due dates\nversion = "2026-04-01"\n\n[due_days]\ncritical = 7\nhigh = 30\nmedium = 90\nlow = 180\n\n[[row]]\nseverity = "critical"\nknown_exploited = true\ncriticality = "critical"\n';

function search(q: string) {
  const has = (text: string) => text.toLowerCase().includes(q.toLowerCase());
  return {
    vulnerabilities: FLAWS.filter((each) => has(each.canonical + each.title + each.package)).slice(0, 5).map((each) => ({ id: each.canonical, label: each.canonical, title: each.title })),
    systems: systems.filter((each) => has(each.name + each.name_ja + each.code)).slice(0, 5).map(({ id, name, name_ja, unit_name }) => ({ id, name, name_ja, unit_name })),
    assets: assets.filter((each) => has(each.name)).slice(0, 5).map(({ id, name }) => ({ id, name })),
    tickets: tickets.filter((each) => has(each.number + each.title)).slice(0, 5).map((each) => ({ id: each.id, label: each.title, number: each.number })),
    units: units.filter((each) => has(each.name + each.name_ja)).slice(0, 5).map(({ id, name, name_ja, code }) => ({ id, name, name_ja, code })),
    components: components.filter((each) => has(each.name)).slice(0, 5).map(({ id, name, version }) => ({ id, name, version })),
  };
}

export const estate: Route[] = [
  ['GET', /^\/units$/, () => ({ items: units, next: null, total: units.length })],
  ['GET', /^\/units\/([^/]+)\/holdings$/, () => ({ owned: [{ kind: 'systems', count: 3 }, { kind: 'directives', count: 1 }], people: 12 })],
  ['GET', /^\/units\/([^/]+)$/, ({ parts }) => unitPage(parts[0]!)],
  ['GET', /^\/people$/, ({ query }) => paged(people.filter((each) => `${each.name} ${each.name_native}`.toLowerCase().includes((query.get('q') ?? '').toLowerCase()) && (!query.get('unit') || subtree(query.get('unit'))!.has(each.unit_id!))), query)],
  ['GET', /^\/seats$/, ({ query }) => paged(seats.filter((seat) => (!query.get('unit') || subtree(query.get('unit'))!.has(seat.unit_id)) && (!query.get('vacant') || !seat.holder)), query)],
  ['POST', /^\/seats\/([^/]+)\/(assign|vacate)$/, ({ parts, body }) => { const seat = must(seats.find((each) => each.id === parts[0]), 'seat'); const wanted = (body as { person_id?: string } | undefined)?.person_id; seat.holder = people.find((each) => each.id === wanted) ?? null; seat.vacant_since = seat.holder ? null : iso(0); return undefined; }],
  ['POST', /^\/org\/import$/, () => ({ rows: 24, added: 2, changed: 3, unchanged: 19 })],
  ['GET', /^\/org\/export$/, () => 'code,name\nU001,Aozora Group'],
  ['GET', /^\/systems$/, ({ query }) => paged(systemsFor(query), query)],
  ['POST', /^\/systems$/, () => systems[0]],
  ['GET', /^\/systems\/([^/]+)$/, ({ parts }) => must(systems.find((each) => each.id === parts[0]), 'system')],
  ['PATCH', /^\/systems\/([^/]+)$/, ({ parts, body }) => Object.assign(must(systems.find((each) => each.id === parts[0]), 'system'), body)],
  ['GET', /^\/systems\/([^/]+)\/history$/, () => ({ items: [{ at: iso(-20), actor: reader.name, kind: 'updated', data: { field: 'reachability', from: 'internal', to: 'internet' } }, { at: iso(-300), actor: reader.name, kind: 'created', data: {} }] })],
  ['GET', /^\/assets$/, ({ query }) => paged(assetsFor(query), query)],
  ['POST', /^\/assets\/assign$/, () => undefined],
  ['GET', /^\/assets\/([^/]+)$/, ({ parts }) => must(assets.find((each) => each.id === parts[0]), 'asset')],
  ['GET', /^\/assets\/([^/]+)\/overview$/, ({ parts }) => must(assets.find((each) => each.id === parts[0]), 'asset')],
  ['GET', /^\/people\/([^/]+)$/, ({ parts }) => must(people.find((each) => each.id === parts[0]), 'person')],
  ['PATCH', /^\/assets\/([^/]+)$/, () => undefined],
  ['GET', /^\/assets\/([^/]+)\/components$/, ({ query }) => paged(components.filter((each) => each.name.includes(query.get('q') ?? '')), query)],
  ['GET', /^\/assets\/([^/]+)\/findings$/, ({ parts, query }) => paged(query.get('state') === 'unknown' ? [{ vulnerability: { id: flawIds.get('CVE-2023-45853')!, canonical: 'CVE-2023-45853', title: 'Integer overflow in MiniZip', severity: 'unrated' }, component: { id: components[0]!.id, name: 'zlib', version: 'unstable-git' }, state: 'unknown', fixed_version: null, since: iso(-12), ticket_id: null, why: [{ ...why(FLAWS[16]!, DISTRIBUTIONS[0]), interval: null, reason: 'The version “unstable-git” cannot be ordered.', steps: [] }] }] : (findings.get(parts[0]!) ?? []), query)],
  ['GET', /^\/assets\/([^/]+)\/snapshots$/, () => ({ items: [0, 1, 2, 3].map((index) => ({ id: `snap-${index}`, source: 'collect', observed_at: iso(-index * 7), received_at: iso(-index * 7, 1), complete: true, format: 'cyclonedx', components: 412 - index * 3, added: 4 - index, removed: index, state: index === 0 ? 'held' : index === 2 ? 'unchanged' : 'applied', document_hash: '5a1b' })), next: null, total: 4 })],
  ['GET', /^\/snapshots\/([^/]+)\/difference$/, () => ({ added: [{ name: 'libfido2-1', version: '1.12.0-2' }], removed: [{ name: 'telnet', version: '0.17-44' }], changed: [{ name: 'openssl', from: '3.0.11-1~deb12u1', to: '3.0.11-1~deb12u2' }] })],
  ['POST', /^\/snapshots\/([^/]+)\/(confirm|reject)$/, () => undefined],
  ['POST', /^\/inventory\/imports$/, () => ({ snapshot_id: 'x', asset_id: assets[0]!.id, format: 'cyclonedx', components: 412, added: 2, removed: 1, unchanged: 409, state: 'applied', warnings: [] })],
  ['GET', /^\/components$/, ({ query }) => paged(components.filter((each) => each.name.includes(query.get('q') ?? '')), query)],
  ['GET', /^\/components\/([^/]+)$/, ({ parts }) => { const component = must(components.find((each) => each.id === parts[0]), 'component'); const on = assets.filter((asset) => (findings.get(asset.id) ?? []).some((each) => each.component.id === component.id)); return { ...component, assets: { items: on, next: null, total: on.length } }; }],
  ['GET', /^\/components\/([^/]+)\/matches$/, ({ parts }) => { const component = must(components.find((each) => each.id === parts[0]), 'component'); return { items: FLAWS.filter((each) => each.package === component.name).map((each) => ({ vulnerability: { id: flawIds.get(each.canonical), canonical: each.canonical, title: each.title, severity: each.severity, known_exploited: each.known_exploited }, component, state: 'affected', fixed_version: each.fixed, since: iso(-40), ticket_id: null, why: [why(each, DISTRIBUTIONS[0])] })), next: null }; }],
  ['GET', /^\/vulnerabilities$/, ({ query }) => paged(FLAWS.map(vulnerability).filter((each) => (!query.get('severity') || each.severity === query.get('severity')) && (!query.get('known_exploited') || each.known_exploited) && `${each.canonical} ${each.title}`.toLowerCase().includes((query.get('q') ?? '').toLowerCase())), query)],
  ['GET', /^\/vulnerabilities\/([^/]+)$/, ({ parts }) => vulnerability(findFlaw(parts[0]!))],
  ['GET', /^\/vulnerabilities\/([^/]+)\/affected$/, ({ parts, query }) => paged(affectedBy(findFlaw(parts[0]!)).map(({ asset, finding }) => ({ asset: { id: asset.id, name: asset.name }, system: { id: asset.system_id, name: asset.system_name }, unit: { id: asset.unit_id, name: asset.unit_name }, component: finding.component, fixed_version: finding.fixed_version, ticket_id: finding.ticket_id, since: finding.since })), query)],
  ['GET', /^\/affected$/, ({ query }) => answerAffected(query.get('q') ?? '')],
  ['GET', /^\/feeds$/, () => ({ items: [{ name: 'osv', kind: 'OSV', records: 23_279, last_success: iso(0, -3), last_attempt: iso(0, -3), error: null, age_seconds: 11_000, refused: 2, held: 1, enabled: true, can_sync: true, next_run_at: iso(0, 1), lag_seconds: 1_200, url: 'https://osv-vulnerabilities.storage.googleapis.com/', licence: 'CC-BY-4.0' }, { name: 'kev', kind: 'KEV', records: 1_421, last_success: iso(-9), last_attempt: iso(0, -1), error: 'kev.json line 1: unexpected end of input', age_seconds: 777_600, refused: 0, old: true, enabled: true, can_sync: true, next_run_at: iso(0, 1) }] })],
  ['GET', /^\/feeds\/held$/, () => ({ items: [{ id: 1, feed: 'osv', record: 'DEMO-2099-1', reason: 'future-date', detail: 'modified 2099-01-01T00:00:00Z', held_at: iso(0, -3) }] })],
  ['POST', /^\/feeds\/held\/([^/]+)\/decide$/, () => ({ decided: 1 })],
  ['POST', /^\/feeds\/([^/]+)\/sync$/, () => undefined],
  ['GET', /^\/feeds\/refused$/, () => ({ items: [{ feed: 'osv', path: 'osv.zip/MAL-2026-17.json', reason: 'affected[0].ranges[1]: introduced is missing', at: iso(0, -3) }] })],
  ['GET', /^\/unknowns$/, ({ query }) => paged(components.slice(0, 12).map((each, index) => ({ component: { id: each.id, name: each.name, version: each.version, ecosystem: each.ecosystem }, asset_count: 3 + index, reason: index % 3 === 0 ? 'version-not-comparable' : 'no-data-for-ecosystem', text: index % 3 === 0 ? `the version “${each.version}” cannot be ordered` : `no feed covers ${each.ecosystem}` })).filter((each) => !query.get('reason') || each.reason === query.get('reason')), query)],
  ['GET', /^\/search$/, ({ query }) => search(query.get('q') ?? '')],
  ['GET', /^\/policy$/, () => ({ current: { id: 'p2', toml: TOML, valid_from: iso(-200), actor: reader.name, reason: 'Fiscal year 2026' }, versions: [{ id: 'p2', valid_from: iso(-200), actor: reader.name, reason: 'Fiscal year 2026' }, { id: 'p1', valid_from: iso(-600), actor: reader.name, reason: 'First policy' }] })],
  ['POST', /^\/policy\/preview$/, () => ({ changed: 15, criticality: [{ from: 'high', to: 'critical', tickets: 4 }, { from: 'medium', to: 'high', tickets: 11 }], overdue: 2 })],
  ['PUT', /^\/policy$/, () => undefined],
  ['GET', /^\/audit$/, ({ query }) => paged(Array.from({ length: 60 }, (_, index) => ({ id: index, at: iso(-index / 3), actor: reader.name, action: ['ticket.assign', 'system.update', 'seat.assign', 'inventory.import'][index % 4], subject_kind: 'ticket', subject_id: tickets[index]!.id, before: { assignee: null }, after: { assignee: reader.name }, reason: null })), query)],
  ['GET', /^\/jobs$/, ({ query }) => paged([{ id: 'j1', kind: 'match.full', state: 'running', run_at: iso(0), attempt: 1, max_attempts: 5, progress: { done: 4_100, total: 8_123, text: 'components' }, error: null }, { id: 'j2', kind: 'feed.import', state: 'failed', run_at: iso(0, -1), attempt: 5, max_attempts: 5, progress: null, error: 'kev.json line 1: unexpected end of input' }, { id: 'j3', kind: 'audit.seal', state: 'done', run_at: iso(0, -2), attempt: 1, max_attempts: 5, progress: null, error: null }], query)],
  ['POST', /^\/jobs\/([^/]+)\/cancel$/, () => undefined],
];
