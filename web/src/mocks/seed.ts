// SPDX-License-Identifier: Apache-2.0
// Invented records for development and tests of the pages. Never part of a build: only the
// development server and the mock server of e2e/ load this folder.
import type { Criticality, Severity } from '../lib/api/types';

export const DAY = 86_400_000;

/** A small repeatable generator (mulberry32), so that every run draws the same company. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const roll = random(20_261_123);

export function choose<T>(from: readonly T[]): T {
  return from[Math.floor(roll() * from.length)]!;
}

export function below(limit: number): number {
  return Math.floor(roll() * limit);
}

export function chance(share: number): boolean {
  return roll() < share;
}

let serial = 0;
export function uuid(kind: number): string {
  serial += 1;
  return `01940000-000${kind}-7000-8000-${serial.toString(16).padStart(12, '0')}`;
}

export const NOW = Date.now();

export function iso(daysFromNow: number, hours = 0): string {
  return new Date(NOW + daysFromNow * DAY + hours * 3_600_000).toISOString();
}

export const DISTRIBUTIONS = [
  { ecosystem: 'Debian', release: '12', label: 'Debian 12' },
  { ecosystem: 'Ubuntu', release: '22.04', label: 'Ubuntu 22.04' },
  { ecosystem: 'Red Hat', release: '9', label: 'Red Hat 9' },
  { ecosystem: 'Alpine', release: '3.20', label: 'Alpine 3.20' },
  { ecosystem: 'PyPI', release: null, label: 'PyPI' },
  { ecosystem: 'npm', release: null, label: 'npm' },
] as const;

export interface Flaw {
  canonical: string;
  alias: string;
  title: string;
  title_long: string;
  severity: Severity;
  score: number | null;
  known_exploited: boolean;
  package: string;
  distros: readonly string[];
  bad: string;
  fixed: string | null;
}

export const FLAWS: readonly Flaw[] = [
  flaw('CVE-2024-3094', 'Backdoor in the xz compression library', 'critical', 10, true, 'xz-utils', ['Debian', 'Ubuntu'], '5.6.0-0.2', '5.6.1+really5.4.5-1'),
  flaw('CVE-2024-6387', 'Race in the OpenSSH server signal handler', 'high', 8.1, false, 'openssh', ['Debian', 'Ubuntu', 'Red Hat'], '1:9.2p1-2+deb12u2', '1:9.2p1-2+deb12u3'),
  flaw('CVE-2021-44228', 'Remote code execution through log message lookups', 'critical', 10, true, 'log4j2', ['Debian', 'Ubuntu'], '2.14.1-1', '2.17.0-1'),
  flaw('CVE-2023-4911', 'Buffer overflow in the dynamic loader through GLIBC_TUNABLES', 'high', 7.8, true, 'glibc', ['Debian', 'Ubuntu', 'Red Hat'], '2.36-9+deb12u1', '2.36-9+deb12u3'),
  flaw('CVE-2023-38545', 'Heap overflow in the SOCKS5 handshake', 'critical', 9.8, false, 'curl', ['Debian', 'Ubuntu', 'Alpine'], '7.88.1-10+deb12u1', '7.88.1-10+deb12u4'),
  flaw('CVE-2023-5363', 'Key and IV lengths handled wrongly', 'high', 7.5, false, 'openssl', ['Debian', 'Ubuntu', 'Red Hat', 'Alpine'], '3.0.11-1~deb12u1', '3.0.11-1~deb12u2'),
  flaw('CVE-2024-0727', 'Crash on malformed PKCS12 files', 'medium', 5.5, false, 'openssl', ['Debian', 'Ubuntu', 'Red Hat', 'Alpine'], '3.0.11-1~deb12u1', '3.0.13-1~deb12u1'),
  flaw('CVE-2024-45490', 'Negative length accepted by XML_ParseBuffer', 'critical', 9.8, false, 'expat', ['Debian', 'Ubuntu', 'Red Hat'], '2.5.0-1', '2.5.0-1+deb12u1'),
  flaw('CVE-2022-0778', 'Endless loop on crafted certificates', 'high', 7.5, false, 'nodejs', ['Debian', 'Ubuntu'], '18.13.0+dfsg1-1', '18.19.0+dfsg-6'),
  flaw('CVE-2024-1086', 'Use after free in nf_tables', 'high', 7.8, true, 'linux', ['Debian', 'Ubuntu', 'Red Hat'], '6.1.67-1', '6.1.76-1'),
  flaw('CVE-2023-44487', 'HTTP/2 rapid reset exhausts the server', 'high', 7.5, true, 'nginx', ['Debian', 'Ubuntu', 'Alpine'], '1.22.1-9', '1.22.1-9+deb12u1'),
  flaw('CVE-2023-32681', 'Proxy-Authorization header leaks on redirect', 'medium', 6.1, false, 'requests', ['PyPI'], '2.28.1', '2.31.0'),
  flaw('CVE-2024-35195', 'Certificate check stays off for a session', 'medium', 5.6, false, 'requests', ['PyPI'], '2.28.1', '2.32.0'),
  flaw('CVE-2023-50447', 'Arbitrary code through ImageMath.eval', 'high', 8.1, false, 'pillow', ['PyPI'], '10.1.0', '10.2.0'),
  flaw('CVE-2024-29041', 'Open redirect on malformed addresses', 'medium', 6.1, false, 'express', ['npm'], '4.18.2', '4.19.2'),
  flaw('CVE-2022-25883', 'Slow regular expression in range parsing', 'low', 3.7, false, 'semver', ['npm'], '7.3.8', '7.5.2'),
  flaw('CVE-2023-45853', 'Integer overflow in MiniZip', 'unrated', null, false, 'zlib', ['Debian', 'Ubuntu'], '1:1.2.13.dfsg-1', null),
  flaw('CVE-2023-31484', 'HTTPS certificates not checked by CPAN', 'high', 8.1, false, 'perl', ['Debian', 'Ubuntu', 'Red Hat'], '5.36.0-7', null),
  flaw('CVE-2024-22365', 'Local denial of service in pam_namespace', 'low', 3.3, false, 'pam', ['Debian', 'Ubuntu', 'Red Hat'], '1.5.2-6', '1.5.2-6+deb12u1'),
];

function flaw(canonical: string, title: string, severity: Severity, score: number | null, known_exploited: boolean, name: string, distros: readonly string[], bad: string, fixed: string | null): Flaw {
  const alias = `GHSA-${canonical.slice(-4)}-x${canonical.slice(4, 8)}-q${name.slice(0, 3)}`;
  const title_long = `${title}. The versions before the fix are affected where the component is reachable; the distribution's advisory names the fixed build.`;
  return { canonical, alias, title, title_long, severity, score, known_exploited, package: name, distros, bad, fixed };
}

export function criticalityOf(severity: Severity, exploited: boolean, internet: boolean, sensitive: boolean): Criticality {
  const base = { critical: 3, high: 2, medium: 1, unrated: 1, low: 0, none: 0 }[severity];
  const level = Math.min(3, base + (exploited ? 1 : 0) + (internet && sensitive ? 1 : 0) - (!internet && !exploited ? 1 : 0));
  return (['low', 'medium', 'high', 'critical'] as const)[Math.max(0, level)]!;
}
