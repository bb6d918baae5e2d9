// SPDX-License-Identifier: Apache-2.0
import type { Component, Criticality, Finding, HistoryEvent, Ticket, Why } from '../lib/api/types';
import { assets, people, reader, systems } from './company';
import { below, chance, choose, criticalityOf, DAY, DISTRIBUTIONS, FLAWS, iso, NOW, uuid, type Flaw } from './seed';

export const tickets: Ticket[] = [];
export const histories = new Map<string, HistoryEvent[]>();
export const findings = new Map<string, Finding[]>();
export const components: Component[] = [];

export const flawIds = new Map(FLAWS.map((flaw) => [flaw.canonical, uuid(6)]));
const DUE_DAYS: Record<Criticality, number> = { critical: 7, high: 30, medium: 90, low: 180 };

export function why(flaw: Flaw, distribution: (typeof DISTRIBUTIONS)[number]): Why {
  const record = distribution.ecosystem === 'Debian' ? `DSA-${flaw.canonical.slice(-4)}-1` : flaw.alias;
  return {
    advisory: record, source: distribution.ecosystem, rule: 'range', rule_text: null, package: flaw.package, release: distribution.release, installed: flaw.bad,
    interval: { introduced: '0', fixed: flaw.fixed, last_affected: null }, scheme: distribution.release ? 'Debian version order (deb-version 7)' : 'PEP 440',
    record_hash: '9f2c4e11b7a06d3358c1a9e0f47db2aa0c55b1ee7a34d1f0c88b6f29d61e7753', record_url: `https://security.example/${record}`, feed: 'osv', feed_time: iso(0, -3), reason: null,
    steps: [
      `The inventory names ${flaw.package} ${flaw.bad}, built from source package ${flaw.package}, in ${distribution.label}.`,
      `Record ${record} lists ${flaw.package} for ${distribution.label}.`,
      flaw.fixed ? `${flaw.bad} sorts before ${flaw.fixed}, the first fixed version, so it lies inside the range.` : `The record names no fixed version, so every version in ${distribution.label} lies inside the range.`,
    ],
  };
}

export function componentFor(flaw: Flaw, distribution: (typeof DISTRIBUTIONS)[number]): Component {
  const found = components.find((each) => each.name === flaw.package && each.ecosystem === distribution.ecosystem && each.version === flaw.bad);
  if (found) return found;
  const type = distribution.ecosystem === 'PyPI' ? 'pypi' : distribution.ecosystem === 'npm' ? 'npm' : distribution.ecosystem === 'Alpine' ? 'apk' : distribution.ecosystem === 'Red Hat' ? 'rpm' : 'deb';
  const made: Component = { id: uuid(7), name: flaw.package, version: flaw.bad, purl: `pkg:${type}/${type === 'deb' ? 'debian/' : ''}${flaw.package}@${flaw.bad}`, cpe: null, ecosystem: distribution.ecosystem, package: flaw.package, release: distribution.release, source_name: flaw.package, source_version: flaw.bad, arch: 'amd64', sources: ['collect'], since: iso(-120), carriers: 0, matches: { affected: 1, unknown: 0 } };
  components.push(made);
  return made;
}

function note(id: string, at: string, actor: string | null, kind: string, data: Record<string, unknown> = {}) {
  const list = histories.get(id) ?? [];
  list.push({ at, actor, kind, text_key: null, data });
  histories.set(id, list);
}

let number = 1000;

function open(system: (typeof systems)[number], name: string, flaws: Flaw[], distribution: (typeof DISTRIBUTIONS)[number]) {
  const carriers = assets.filter((asset) => asset.system_id === system.id && asset.os !== null).slice(0, 1 + below(3));
  if (carriers.length === 0) return;
  number += 1;
  const id = uuid(8);
  const age = 2 + below(150);
  const closed = chance(0.24);
  const worst = [...flaws].sort((a, b) => (b.score ?? 5) - (a.score ?? 5))[0]!;
  const exploited = flaws.some((flaw) => flaw.known_exploited);
  const internet = system.reachability === 'internet';
  const criticality = criticalityOf(worst.severity, exploited, internet, system.sensitive_data);
  const fix = flaws.find((flaw) => flaw.fixed)?.fixed ?? null;
  const high_priority = internet && system.sensitive_data && (criticality === 'critical' || criticality === 'high');
  const opened = NOW - Math.min(age, DUE_DAYS[criticality] * 1.25) * DAY;
  const due_at = fix || exploited ? new Date(opened + DUE_DAYS[criticality] * DAY).toISOString() : null;
  const home = people.filter((person) => person.unit_id === system.unit_id);
  const assignee = chance(0.12) ? reader : chance(0.5) ? choose(home.length > 0 ? home : [reader]) : null;
  const started = assignee && chance(0.4) ? new Date(opened + DAY).toISOString() : null;
  const closed_at = closed ? new Date(Math.min(NOW - 3_600_000 * (1 + below(70)), opened + age * DAY * 0.7)).toISOString() : null;
  const opened_at = new Date(opened).toISOString();
  tickets.push({
    id, number: `T-${number}`, system_id: system.id, system_name: system.name, unit_id: system.unit_id, unit_name: system.unit_name, ecosystem: distribution.ecosystem, release: distribution.release, package: name,
    title: distribution.release ? `${name} on ${distribution.label}` : `${name} (${distribution.label})`, state: closed ? 'closed' : 'open', criticality, high_priority, known_exploited: exploited, severity: worst.severity, due_at,
    overdue: !closed && due_at !== null && Date.parse(due_at) < NOW, waiting_for_fix: !fix, restart_pending: name === 'linux' && chance(0.5), stale: !closed && chance(0.05), target_version: fix, items_open: closed ? 0 : flaws.length, items_total: flaws.length,
    assets_affected: carriers.length, assignee: assignee ? { id: assignee.id, name: assignee.name, name_native: assignee.name_native } : null, opened_at, closed_at, closure: closed ? 'fixed' : null, work_started_at: started,
    decision: {
      policy_version: '2026-04-01', row: `${worst.severity}, ${exploited ? 'exploited' : 'not exploited'}, ${system.reachability}`,
      inputs: { severity: worst.severity, known_exploited: exploited, reachability: system.reachability, importance: system.importance.overall, sensitive_data: system.sensitive_data, fix_available: fix !== null },
      reasons: [`Severity ${worst.severity} from ${worst.canonical}.`, exploited ? 'Listed as known exploited: one level up.' : 'No known exploitation.', `Policy row gives ${criticality}; ${DUE_DAYS[criticality]} days from the day it was known.`],
      high_priority_inputs: null,
    },
    items: flaws.map((flaw) => ({
      vulnerability: { id: flawIds.get(flaw.canonical)!, canonical: flaw.canonical, title: flaw.title, severity: flaw.severity, known_exploited: flaw.known_exploited }, first_seen: opened_at, due_at: flaw.fixed ? due_at : null, fixed_version: flaw.fixed,
      state: closed ? ('closed' as const) : ('open' as const), closed_at, closure: closed ? ('fixed' as const) : null,
      evidence: closed ? { before: flaw.bad, after: flaw.fixed, source: 'collect', snapshot_id: uuid(9), observed_at: closed_at, asset_name: carriers[0]!.name } : null, why: [why(flaw, distribution)],
    })),
    assets: carriers.map((asset) => ({ id: asset.id, name: asset.name, component: name, installed: closed ? (fix ?? '') : worst.bad, state: closed ? 'fixed' : 'affected', running: null })), assets_total: carriers.length, description: null,
  });
  note(id, opened_at, null, 'opened');
  for (const flaw of flaws) note(id, opened_at, null, 'item_added', { vulnerability: flaw.canonical });
  if (assignee) note(id, new Date(opened + DAY / 2).toISOString(), reader.name, 'assigned', { assignee_name: assignee.name });
  if (started) note(id, started, assignee!.name, 'started', { target_version: fix });
  if (started) note(id, new Date(opened + 1.2 * DAY).toISOString(), assignee!.name, 'comment', { text: 'Booked the Thursday window; the staging hosts are already updated.' });
  if (closed_at) note(id, closed_at, null, 'closed', { closure: 'fixed' });
  for (const asset of carriers) {
    const list = findings.get(asset.id) ?? [];
    for (const flaw of flaws) {
      const component = componentFor(flaw, distribution);
      component.carriers = (component.carriers ?? 0) + 1;
      if (!closed) list.push({ vulnerability: { id: flawIds.get(flaw.canonical)!, canonical: flaw.canonical, title: flaw.title, severity: flaw.severity, known_exploited: flaw.known_exploited }, component: { id: component.id, name: component.name, version: component.version, purl: component.purl }, state: 'affected', fixed_version: flaw.fixed, since: opened_at, ticket_id: id, why: [why(flaw, distribution)] });
    }
    findings.set(asset.id, list);
  }
}

for (const system of systems) {
  for (const distribution of [choose(DISTRIBUTIONS.slice(0, 4)), choose(DISTRIBUTIONS.slice(4))]) {
    const byPackage = new Map<string, Flaw[]>();
    for (const flaw of FLAWS) {
      if (!flaw.distros.includes(distribution.ecosystem) || !chance(0.62)) continue;
      byPackage.set(flaw.package, [...(byPackage.get(flaw.package) ?? []), flaw]);
    }
    for (const [name, flaws] of byPackage) open(system, name, flaws, distribution);
  }
}
for (const asset of assets) {
  const open = findings.get(asset.id) ?? [];
  asset.open_findings = { critical: 0, high: 0, medium: 0, low: 0, unrated: 0 };
  for (const finding of open) asset.open_findings[finding.vulnerability.severity] = (asset.open_findings[finding.vulnerability.severity] ?? 0) + 1;
}
for (const system of systems) {
  const counts = { critical: 0, high: 0, medium: 0, low: 0 };
  for (const ticket of tickets) if (ticket.system_id === system.id && ticket.state === 'open') counts[ticket.criticality] += 1;
  system.open_tickets = counts;
}
