// SPDX-License-Identifier: Apache-2.0
import { assets, reader, units } from './company';
import type { Call, Route } from './routes';
import { iso } from './seed';

const record = (id: number, source: string, source_kind: string, name: string, identifiers: Record<string, string | string[]>, days: number) => ({ record_id: id, source, source_kind, rank: 10 + id, key: `${source}/${id}`, name, observed_at: iso(-days), identifiers, os: { id: 'debian', version: '12', name: 'Debian 12' }, attributes: {} });

const side = (id: number, at: number, records: ReturnType<typeof record>[]) => ({ record_id: id, asset_id: assets[at]!.id, asset_name: assets[at]!.name, unit_id: assets[at]!.unit_id, unit_name: assets[at]!.unit_name, records });

let questions = [
  {
    id: 11, kind: 'ambiguous', rule: 'mac', shared: ['52:54:00:a1:0b:77'], against: '', opened_at: iso(-3),
    subject: { record_id: 11, asset_id: null, asset_name: '', unit_id: null, unit_name: '', records: [record(11, 'nightly-scan', 'scanner', 'web-frontend', { macs: ['52:54:00:a1:0b:77'], hostnames: ['web-frontend'], ips: ['10.20.4.17'] }, 3)] },
    candidates: [
      side(21, 0, [record(21, 'netbox', 'cmdb', assets[0]!.name, { serial: 'CZ3402K1', vendor: 'HPE', macs: ['52:54:00:a1:0b:77', '52:54:00:a1:0b:78'], ips: ['10.20.4.17'] }, 20), record(22, 'collect', 'agent', assets[0]!.name, { agent_ids: ['9f1c2e'], hostnames: [assets[0]!.name] }, 1)]),
      side(23, 4, [record(23, 'netbox', 'cmdb', assets[4]!.name, { serial: 'CZ3402K9', vendor: 'HPE', macs: ['52:54:00:a1:0b:77'], ips: ['10.20.9.3'] }, 20)]),
    ],
  },
  {
    id: 12, kind: 'contradiction', rule: 'serial', shared: ['VMware-42 1f 8a'], against: 'uuid', opened_at: iso(-9),
    subject: side(12, 7, [record(12, 'glpi', 'cmdb', assets[7]!.name, { serial: 'VMware-42 1f 8a', uuid: '421f8a00-77aa-4c1d-9a00-2b1e88', fqdns: ['billing-01.aozora.example'] }, 9)]),
    candidates: [side(24, 9, [record(24, 'servicenow', 'cmdb', assets[9]!.name, { serial: 'VMware-42 1f 8a', uuid: '421f8a00-12bc-4c1d-9a00-77aa10', fqdns: ['billing-02.aozora.example'] }, 40)])],
  },
];

function quality() {
  const by = new Map<string, { assets: number; unowned: number; stale: number; without_inventory: number; discovered: number; in_question: number; unknown_ecosystem: number }>();
  for (const asset of assets) {
    const row = by.get(asset.unit_id!) ?? { assets: 0, unowned: 0, stale: 0, without_inventory: 0, discovered: 0, in_question: 0, unknown_ecosystem: 0 };
    row.assets += 1;
    if (asset.stale) row.stale += 1;
    if (!asset.os) row.without_inventory += 1;
    if ((asset.unknowns ?? 0) > 6) row.unknown_ecosystem += 1;
    if (asset.system_name === 'Unassigned') row.unowned += 1;
    by.set(asset.unit_id!, row);
  }
  for (const question of questions) by.get(question.candidates[0]!.unit_id!)!.in_question += 1;
  const rows = [...by].map(([unit_id, counts]) => ({ unit_id, unit_name: units.find((unit) => unit.id === unit_id)!.name, unit_name_ja: null, ...counts }));
  const total = rows.reduce((sum, row) => ({ assets: sum.assets + row.assets, unowned: sum.unowned + row.unowned, stale: sum.stale + row.stale, without_inventory: sum.without_inventory + row.without_inventory, discovered: 0, in_question: sum.in_question + row.in_question, unknown_ecosystem: sum.unknown_ecosystem + row.unknown_ecosystem }), { assets: 0, unowned: 0, stale: 0, without_inventory: 0, discovered: 0, in_question: 0, unknown_ecosystem: 0 });
  return { total, units: rows, ended_units: [] };
}

const listed = <T>(items: T[]) => ({ items, total: items.length, cut: false });
const relation = (kind: string, outgoing: boolean, at: number | null, name: string) => ({ kind, outgoing, asset_id: at === null ? null : assets[at]!.id, name: at === null ? name : assets[at]!.name, asset_kind: at === null ? null : assets[at]!.kind, source: 'netbox' });

const table = {
  encoding: 'shift-jis', separator: ',', columns: ['資産名', 'IPアドレス', '管理者', '備考'], suggested: { 資産名: 'name', IPアドレス: 'ip_address', 管理者: 'owner' },
  cells: [['web01', '10.20.4.17', '佐藤', ''], ['db01', '10.20.4.300', '鈴木', '更改予定']], rows: 2,
  assets: [{ name: 'web01', class: 'host', identifiers: { ips: ['10.20.4.17'] }, os: {}, place: 'line 2' }, { name: 'db01', class: 'host', identifiers: {}, os: {}, place: 'line 3' }],
  errors: [{ line: 3, column: 'IPアドレス', value: '10.20.4.300', text: 'is no IP address' }],
};

const facetOf = (values: (string | null | undefined)[], names: (string | null | undefined)[] = []) => {
  const counts = new Map<string, { value: string; name: string; count: number }>();
  values.forEach((value, at) => {
    const known = counts.get(value ?? '') ?? { value: value ?? '', name: names[at] ?? '', count: 0 };
    counts.set(value ?? '', { ...known, count: known.count + 1 });
  });
  return [...counts.values()].sort((left, right) => right.count - left.count);
};

let filters = [
  { id: 'f1', list: 'assets', name: 'Not seen', query: 'list=stale', shared: true, own: false, person: 'Ken Mori', changed_at: iso(-12) },
  { id: 'f2', list: 'assets', name: 'Hosts', query: 'kind=host', shared: false, own: true, person: reader.name, changed_at: iso(-2) },
];
const tokens = [
  { id: 't1', name: 'Servers in Tokyo', unit_id: units[2]!.id, system_id: null, created_at: iso(-40), created_by: reader.name, expires_at: iso(200), revoked_at: null },
  { id: 't2', name: 'Old laptops', unit_id: units[3]!.id, system_id: null, created_at: iso(-300), created_by: reader.name, expires_at: null, revoked_at: iso(-20) },
];
let rules = [{ id: 'r1', position: 10, network: '10.20.0.0/16', name_pattern: 'web-*', unit_id: units[2]!.id, system_id: null }];
const sources = [
  { name: 'by hand', kind: 'manual', rank: 0, attribute_ranks: {}, records: 12, newest_at: iso(-3) },
  { name: 'host', kind: 'agent', rank: 10, attribute_ranks: {}, records: 214, newest_at: iso(-1) },
  { name: 'netbox', kind: 'cmdb', rank: 40, attribute_ranks: { owner: 5 }, records: 340, newest_at: iso(-20) },
];

export const reconciliation: Route[] = [
  ['GET', /^\/assets\/facets$/, () => ({ kind: facetOf(assets.map((asset) => asset.kind)), os: facetOf(assets.map((asset) => asset.os?.id)), system: facetOf(assets.map((asset) => asset.system_id), assets.map((asset) => asset.system_name)), unit: facetOf(assets.map((asset) => asset.unit_id), assets.map((asset) => asset.unit_name)) })],
  ['GET', /^\/assets\/export$/, () => `name,kind\r\n${assets.map((asset) => `${asset.name},${asset.kind}`).join('\r\n')}\r\n`],
  ['GET', /^\/risk\/assets$/, ({ query }: Call) => ({ items: assets.filter((asset) => (query.get('ids') ?? '').split(',').includes(asset.id)).map((asset) => ({ id: asset.id, components: asset.components ?? 0, open_findings: asset.open_findings ?? {}, unknowns: asset.unknowns ?? 0 })), next: null, total: null })],
  ['GET', /^\/saved-filters$/, () => filters],
  ['POST', /^\/saved-filters$/, ({ body }: Call) => { const made = body as { list: string; name: string; query: string; shared: boolean }; filters = [...filters.filter((each) => each.name !== made.name), { id: made.name, ...made, own: true, person: reader.name, changed_at: iso(0) }]; return undefined; }],
  ['DELETE', /^\/saved-filters\/([^/]+)$/, ({ parts }: Call) => { filters = filters.filter((each) => each.id !== parts[0]); return undefined; }],
  ['GET', /^\/enrolment-tokens$/, () => tokens],
  ['POST', /^\/enrolment-tokens$/, () => ({ ...tokens[0]!, id: 't3', secret: 'hinomi-enrol-0123456789abcdef' })],
  ['POST', /^\/(enrolment-tokens|enrolled-hosts)\/([^/]+)\/revoke$/, () => undefined],
  ['GET', /^\/enrolment-tokens\/([^/]+)\/hosts$/, () => [{ id: 'h1', host_key: '4f1c2e77aa0b', asset_id: assets[0]!.id, enrolled_at: iso(-30), pushed_at: iso(-1), revoked_at: null }]],
  ['GET', /^\/assignment-rules$/, () => rules],
  ['POST', /^\/assignment-rules$/, ({ body }: Call) => { rules = [...rules, { id: `r${rules.length + 1}`, ...(body as Omit<(typeof rules)[number], 'id'>) }]; return rules[rules.length - 1]; }],
  ['DELETE', /^\/assignment-rules\/([^/]+)$/, ({ parts }: Call) => { rules = rules.filter((each) => each.id !== parts[0]); return undefined; }],
  ['GET', /^\/asset-sources$/, () => sources],
  ['PUT', /^\/asset-sources\/([^/]+)$/, () => undefined],
  ['GET', /^\/import-mappings$/, () => [{ name: 'asset ledger', mapping: { columns: { 資産名: 'name' }, skip: 0 }, changed_at: iso(-4), changed_by: reader.name }]],
  ['PUT', /^\/import-mappings\/([^/]+)$/, () => undefined],
  ['POST', /^\/inventory\/preview$/, () => ({ preview: table })],
  ['POST', /^\/inventory\/files$/, ({ query }: Call) => ({ files: query.get('mapping') ? [{ file: 'ledger.csv', outcome: 'assets', format: 'asset-csv', inventory: null, records: { new: 2, changed: 0, unchanged: 0, older: 0 }, message: '', code: '', warnings: ['line 3, column "IPアドレス": "10.20.4.300" is no IP address'] }] : [{ file: 'shop.cdx.json', outcome: 'inventory', format: 'cyclonedx-json', inventory: { asset_id: assets[0]!.id, asset: assets[0]!.name, components: 412, added: 2, removed: 1, unchanged: 409, state: 'applied' }, records: null, message: '', code: '', warnings: [] }, { file: 'broken.json', outcome: 'failed', format: '', inventory: null, records: null, message: 'broken.json: line 1, column 27: key must be a string', code: 'unreadable', warnings: [] }], reconciled: { questions_opened: 2 } })],
  ['GET', /^\/data-quality$/, () => quality()],
  ['GET', /^\/asset-questions$/, () => ({ items: questions, next: null, total: questions.length })],
  ['POST', /^\/asset-questions\/([^/]+)\/decide$/, ({ parts }: Call) => { questions = questions.filter((each) => String(each.id) !== parts[0]); return { id: 'deed-1', reconciled: {} }; }],
  ['POST', /^\/asset-decisions\/([^/]+)\/revoke$/, () => ({})],
  ['POST', /^\/assets\/([^/]+)\/(merge|split)$/, () => ({ id: 'deed-2', reconciled: {} })],
  ['GET', /^\/assets\/([^/]+)\/sources$/, () => ({
    records: [...questions[0]?.candidates[0]?.records ?? [], record(31, 'aws', 'cloud', 'i-0a12b3', { cloud_id: 'aws:i-0a12b3', ips: ['10.20.4.17'] }, 1)],
    values: [{ attribute: 'name', value: assets[0]!.name, source: 'collect', record_id: 22, observed_at: iso(-1), counts: true }, { attribute: 'name', value: 'WEB01', source: 'netbox', record_id: 21, observed_at: iso(-20), counts: false }, { attribute: 'owner', value: 'Digital Platform', source: 'netbox', record_id: 21, observed_at: iso(-20), counts: true }],
    decisions: [{ id: 'd1', kind: 'same', other_asset_id: assets[3]!.id, decided_at: iso(-8), decided_by: reader.name, reason: 'Two network cards of one server', revoked_at: null }],
  })],
  ['GET', /^\/assets\/([^/]+)\/relations$/, () => listed([relation('runs_on', true, 8, ''), relation('connects_to', true, null, 'core-switch-3'), relation('depends_on', false, 2, ''), relation('depends_on', false, 5, ''), relation('image_of', true, 6, ''), relation('hosts', true, 9, '')])],
  ['GET', /^\/assets\/([^/]+)\/history$/, () => ({ items: [{ at: iso(-40), actor: reader.name, kind: 'changed', action: 'moved', before: { system: 'Unassigned' }, after: { system: 'Order Desk' }, reason: 'Handed over' }], next: null, total: null })],
  ['GET', /^\/assets\/([^/]+)\/impact$/, () => listed([2, 5, 9, 11].map((at, index) => ({ asset_id: assets[at]!.id, name: assets[at]!.name, kind: assets[at]!.kind, steps: 1 + Math.floor(index / 2), through: assets[0]!.id, relation: 'depends_on' })))],
];
