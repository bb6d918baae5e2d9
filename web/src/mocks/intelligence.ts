// SPDX-License-Identifier: Apache-2.0
import type { ChangedVulnerability, DayChanges, ThreatReport, UnitShare, VulnerabilityFacets } from '../lib/api/types';
import { assets, units } from './company';
import type { Route } from './routes';
import { FLAWS, iso } from './seed';

const CRANE = 'campaign--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f';

const report: ThreatReport = {
  id: CRANE, source: 'stix', kind: 'campaign', name: 'Paper Crane', feed: 'community', author: 'Demo CERT', modified: iso(-2), valid_until: iso(60), holds: true, confidence: 80, tlp: 'amber-strict',
  cves: FLAWS.slice(0, 2).map((flaw) => flaw.canonical), techniques: [{ id: 'T1190', name: 'Exploit Public-Facing Application' }, { id: 'T1566.001', name: 'Spearphishing Attachment' }], actors: ['Demo Group'], tools: ['CraneLoader'], campaigns: [],
  description: 'Letters with cranes lead to pages that use the flaws named here.', indicators: [{ kind: 'stix', value: "[ipv4-addr:value = '192.0.2.7']" }], links: ['https://cert.example/crane'], labels: ['targeted'],
  reached: [{ id: 'T1566.001', way: ['CraneLoader'] }], sightings: [{ by: ['Demo CERT'], count: 3, first: iso(-9), last: iso(-3) }],
  vulnerabilities: FLAWS.slice(0, 2).map((flaw, index) => ({ id: index + 1, canonical: flaw.canonical, title: flaw.title, severity: flaw.severity, score: flaw.score, known_exploited: flaw.known_exploited, aliases: [], affected_assets: 12 - index * 12, affected_systems: 3 - index * 3, open_tickets: 3 - index * 3 })),
  unknown_cves: ['CVE-2026-7777'],
};

function share(index: number): UnitShare {
  const unit = units[index + 2]!;
  return { unit: { id: unit.id, name: unit.name, name_ja: unit.name_ja }, assets: 4 + index, vulnerabilities: 2, open_tickets: 3 - index, overdue: index === 0 ? 1 : 0, due: index === 2 ? null : iso(index * 5 - 1) };
}

function changed(index: number): ChangedVulnerability {
  const flaw = FLAWS[index]!;
  const at = iso(0, -6);
  const changes = [
    { at, feed: 'osv', what: '', kind: 'severity', old: 'high', new: 'critical', record: 'DEMO-1' },
    { at, feed: 'osv', what: '', kind: 'fixed', old: 'Debian:12 openssl 3.0.14', new: 'Debian:12 openssl 3.0.15', record: 'DEMO-1' },
    { at, feed: 'kev', what: '', kind: 'exploited', old: 'false', new: 'true', record: '' },
    { at, feed: 'epss', what: '', kind: 'likelihood', old: '10', new: '50', record: '' },
    { at, feed: 'community', what: '', kind: 'threat', old: '', new: 'Paper Crane', record: '' },
    { at, feed: 'osv', what: 'in the words of an older version', kind: 'text', old: '', new: '', record: '' },
  ];
  return { canonical: flaw.canonical, title: flaw.title, title_ja: '', severity: flaw.severity, score: flaw.score, known_exploited: flaw.known_exploited, withdrawn: index === 2, is_new: index === 0, newly_here: index < 2, changes: index === 1 ? [] : changes, affected_assets: assets.length > 9 ? 9 : 1, affected_systems: 2, units: [share(0), share(1)], units_more: 0 };
}

const days = (): DayChanges => ({ since: iso(-1), until: iso(0), items: [0, 1, 2].map(changed), units: [0, 1, 2].map(share), units_more: 0, omitted: 4 });

const facets: VulnerabilityFacets = {
  total: 19, severity: [{ value: 'critical', count: 4 }, { value: 'high', count: 9 }, { value: 'medium', count: 5 }, { value: 'unrated', count: 1 }],
  likelihood: [{ value: '1', count: 8 }, { value: '10', count: 3 }, { value: '50', count: 2 }, { value: '90', count: 1 }], known_exploited: 3, reported: 2, withdrawn: 1,
};

/** What the page of a vulnerability shows beside its records. */
export const known = {
  epss: { score: 0.5321, percentile: 0.978, since: iso(-2) },
  epss_course: [{ since: iso(-90), score: 0.02 }, { since: iso(-30), score: 0.31 }, { since: iso(-2), score: 0.5321 }],
  ssvc: [{ source: 'CISA-ADP', at: iso(-20), points: [['Exploitation', 'active'], ['Automatable', 'yes']] as [string, string][] }],
  threats: [report],
  descriptions: [{ language: 'ja', title: '見本の脆弱性', text: '合言葉を確かめない欠陥があります。', record: 'JVNDB-2026-000001' }],
  products: [{ record: 'nvd:CVE', name: 'cpe:2.3:a:demo:demo:*:*:*:*:*:*:*:*', versions: '>= 1.0, < 2.1', status: 'affected', action: null }],
  fixes: [{ ecosystem: 'Debian:12', package: 'openssl', version: '3.0.15-1~deb12u1' }],
};

export const intelligence: Route[] = [
  ['GET', /^\/vulnerability-facets$/, () => facets],
  ['GET', /^\/vulnerability-changes$/, () => days()],
  ['GET', /^\/threats$/, () => ({ items: [report], next: null, total: 1 })],
  ['GET', /^\/threats\/([^/]+)$/, () => report],
];
