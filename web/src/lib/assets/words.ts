// SPDX-License-Identifier: Apache-2.0
import type { Asset } from '../api/types';

const DISTRIBUTIONS: Record<string, string> = { almalinux: 'AlmaLinux', alpine: 'Alpine Linux', amzn: 'Amazon Linux', arch: 'Arch Linux', debian: 'Debian', fedora: 'Fedora', opensuse: 'openSUSE', ol: 'Oracle Linux', raspbian: 'Raspberry Pi OS', rhel: 'Red Hat Enterprise Linux', rocky: 'Rocky Linux', sles: 'SUSE Linux Enterprise', ubuntu: 'Ubuntu', windows: 'Windows' };

/** The operating system in words; an os-release without PRETTY_NAME still has its ID and version. */
export function osName(asset: Pick<Asset, 'os'>): string {
  const { id, version, name } = asset.os ?? {};
  if (name) return name;
  return id && version ? `${DISTRIBUTIONS[id.toLowerCase()] ?? id} ${version}` : '';
}

/** How a vulnerability that a scanner names stands beside what was matched. */
export const standingKey: Record<string, string> = { matched: 'standing-matched', alone: 'standing-alone', contradicted: 'standing-contradicted', noted: 'standing-noted', new: 'standing-new' };

export const observationKindKey: Record<string, string> = {
  vulnerability: 'observation-vulnerability',
  finding: 'observation-finding',
  port: 'observation-port',
  misconfiguration: 'observation-misconfiguration',
  secret: 'observation-secret',
  licence: 'observation-licence',
  'end-of-life': 'observation-end-of-life',
  malware: 'observation-malware',
  information: 'observation-information',
};

const RANKS = ['none', 'low', 'medium', 'high', 'critical'] as const;

/** The level of a scanner's word. */
export function severityOfRank(rank: number): (typeof RANKS)[number] {
  return RANKS[rank] ?? 'none';
}
