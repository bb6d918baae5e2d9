// SPDX-License-Identifier: Apache-2.0
import type { Asset, Impact, Person, Reachability, Seat, System, UnitKind, UnitNode } from '../lib/api/types';
import { below, chance, choose, iso, uuid } from './seed';

export const units: UnitNode[] = [];
export const people: Person[] = [];
export const seats: (Seat & { unit_id: string; unit_name: string })[] = [];
export const systems: System[] = [];
export const assets: Asset[] = [];

function unit(kind: UnitKind, name: string, name_ja: string, parent: UnitNode | null): UnitNode {
  const made: UnitNode = { id: uuid(1), code: `U${String(units.length + 1).padStart(3, '0')}`, kind, name, name_ja, parent_id: parent?.id ?? null, depth: parent ? parent.depth + 1 : 0, valid_from: '2024-04-01T00:00:00Z', valid_to: null };
  units.push(made);
  return made;
}

const REGIONS: [string, string, [string, string, [string, string][]][]][] = [
  ['Japan', '日本', [
    ['Aozora Works', '青空工業', [['Digital Platform Department', 'デジタル基盤部'], ['Manufacturing Systems Department', '製造システム部'], ['Customer Portal Department', 'お客様ポータル部'], ['Finance Department', '経理部'], ['Human Resources Department', '人事部']]],
    ['Aozora Logistics', '青空物流', [['Warehouse Systems Department', '倉庫システム部'], ['Fleet Department', '配車部']]],
    ['Minato Research', 'みなと研究所', [['Research Computing Department', '研究計算部'], ['Patents Department', '知的財産部']]],
  ]],
  ['Americas', '米州', [['Aozora America', '青空アメリカ', [['Field Service Department', 'フィールドサービス部'], ['Sales Systems Department', '営業システム部'], ['Cloud Operations Department', 'クラウド運用部']]]]],
  ['Europe', '欧州', [['Aozora Europe', '青空ヨーロッパ', [['Plant Bremen Department', 'ブレーメン工場部'], ['Data Services Department', 'データサービス部']]]]],
  ['Asia Pacific', 'アジア太平洋', [['Aozora Asia', '青空アジア', [['Shared Services Department', 'シェアードサービス部'], ['Retail Department', 'リテール部']]]]],
];

const FAMILY: [string, string][] = [['Sato', '佐藤'], ['Suzuki', '鈴木'], ['Tanaka', '田中'], ['Ito', '伊藤'], ['Yamamoto', '山本'], ['Nakamura', '中村'], ['Kobayashi', '小林'], ['Mori', '森'], ['Hayashi', '林'], ['Ogawa', '小川']];
const GIVEN: [string, string][] = [['Haruka', '遥'], ['Kenta', '健太'], ['Yui', '結衣'], ['Daichi', '大地'], ['Aoi', '葵'], ['Ren', '蓮'], ['Sakura', '桜'], ['Takumi', '匠']];

export function person(home: UnitNode): Person {
  const [family, family_ja] = choose(FAMILY);
  const [given, given_ja] = choose(GIVEN);
  const made = { id: uuid(2), name: `${given} ${family}`, name_native: `${family_ja} ${given_ja}`, email: `${given}.${family}${people.length}@aozora.example`.toLowerCase(), unit_id: home.id, unit_name: home.name };
  people.push(made);
  return made;
}

const group = unit('group', 'Aozora Group', '青空グループ', null);
export const reader = { id: uuid(2), name: 'Akari Watanabe', name_native: '渡辺 明里', email: 'akari.watanabe@aozora.example', unit_id: group.id, unit_name: group.name };
people.push(reader);
seats.push({ id: uuid(3), unit_id: group.id, unit_name: group.name, kind: 'ciso', required: true, holder: reader, deputy: null, vacant_since: null });

const departments: UnitNode[] = [];
for (const [name, name_ja, companies] of REGIONS) {
  const region = unit('region', name, name_ja, group);
  seats.push({ id: uuid(3), unit_id: region.id, unit_name: region.name, kind: 'regional_ciso', required: true, holder: person(region), deputy: person(region), vacant_since: null });
  for (const [company, company_ja, names] of companies) {
    const made = unit('company', company, company_ja, region);
    for (const [department, department_ja] of names) {
      const node = unit('department', department, department_ja, made);
      departments.push(node);
      for (const kind of ['information_manager', 'system_security_manager', 'psirt_manager'] as const) {
        const vacant = chance(0.09);
        seats.push({ id: uuid(3), unit_id: node.id, unit_name: node.name, kind, required: true, holder: vacant ? null : person(node), deputy: chance(0.3) ? person(node) : null, vacant_since: vacant ? iso(-below(90) - 3) : null });
      }
      for (let index = 0; index < 8; index += 1) person(node);
    }
  }
}

const NAMES: [string, string][] = [['Order Desk', '受注窓口'], ['Payroll', '給与計算'], ['Parts Catalogue', '部品カタログ'], ['Customer Portal', 'お客様ポータル'], ['Line Control', 'ライン制御'], ['Data Lake', 'データレイク'], ['Identity Hub', '認証基盤'], ['Mail Relay', 'メール中継'], ['Test Bench', '試験台'], ['Field App', '現場アプリ'], ['Document Vault', '文書保管庫'], ['Ticket Shop', '予約サイト'], ['Analytics', '分析基盤'], ['Build Farm', 'ビルド基盤']];
const LEVELS: readonly Impact[] = ['low', 'moderate', 'high'];

function highest(levels: Impact[]): Impact {
  return LEVELS[Math.max(...levels.map((level) => LEVELS.indexOf(level)))]!;
}

const KINDS = ['host', 'host', 'host', 'container_image', 'cloud_resource', 'network_device'] as const;

for (let index = 0; index < 40; index += 1) {
  const home = departments[index % departments.length]!;
  const [name, name_ja] = NAMES[index % NAMES.length]!;
  const [confidentiality, integrity, availability] = [choose(LEVELS), choose(LEVELS), choose(LEVELS)];
  const reachability: Reachability = choose(['internal', 'internal', 'partner', 'internet']);
  const customer = chance(0.2);
  const sensitive = chance(0.4);
  const suffix = index >= NAMES.length ? ` ${Math.floor(index / NAMES.length) + 1}` : '';
  systems.push({
    id: uuid(4), code: `SYS-${String(index + 101)}`, name: name + suffix, name_ja: name_ja + suffix, unit_id: home.id, unit_name: home.name,
    kind: customer ? 'customer' : 'internal', customer: customer ? 'Hoshino Rail' : null,
    importance: { confidentiality, integrity, availability, overall: highest([confidentiality, integrity, availability]) },
    reachability, sensitive_data: sensitive, sensitive_kinds: sensitive ? ['personal', 'customer'] : [], description: 'Run by the department for its own daily work.', asset_count: 0, retired_at: null,
  });
}
systems.push({ id: uuid(4), code: 'UNASSIGNED', name: 'Unassigned', name_ja: '未割当', unit_id: group.id, unit_name: group.name, kind: 'internal', customer: null, importance: { confidentiality: 'moderate', integrity: 'moderate', availability: 'moderate', overall: 'moderate' }, reachability: 'internal', sensitive_data: false, sensitive_kinds: [], asset_count: 0, unassigned: true, retired_at: null });

const OS = [{ id: 'debian', version: '12', name: 'Debian 12' }, { id: 'ubuntu', version: '22.04', name: 'Ubuntu 22.04' }, { id: 'rhel', version: '9', name: 'Red Hat 9' }, { id: 'alpine', version: '3.20', name: 'Alpine 3.20' }];

for (const system of systems) {
  const count = system.unassigned ? 3 : 2 + below(4);
  for (let index = 0; index < count; index += 1) {
    const stale = chance(0.07);
    const bare = !stale && chance(0.06);
    const seen = stale ? -40 - below(60) : -below(2);
    const os = choose(OS);
    assets.push({
      id: uuid(5), name: `${system.name.toLowerCase().replaceAll(' ', '-')}-${String(index + 1).padStart(2, '0')}`, kind: choose(KINDS), system_id: system.id, system_name: system.name, unit_id: system.unit_id, unit_name: system.unit_name,
      os: bare ? null : os, identifiers: { hostname: `h${assets.length}.aozora.example`, ip: `10.20.${below(200)}.${below(250)}` }, first_seen: iso(-200 - below(150)), last_seen: bare ? null : iso(seen, -below(20)), stale,
      sources: bare ? [] : [{ name: 'collect', observed_at: iso(seen), complete: true, components: 320 + below(400) }], components: bare ? 0 : 320 + below(400), unknowns: below(9), retired_at: null,
    });
    system.asset_count = (system.asset_count ?? 0) + 1;
  }
}

/** The unit and everything below it. */
export function subtree(id: string | null): Set<string> | null {
  if (!id) return null;
  const inside = new Set([id]);
  for (const each of units) if (each.parent_id && inside.has(each.parent_id)) inside.add(each.id);
  return inside;
}
