// SPDX-License-Identifier: Apache-2.0
// Every closed set of the product with the message that names each member. The keys are written
// out, so that the catalogue check sees each use.
import type { AssetKind, Closure, Criticality, Impact, MatchState, Reachability, SeatKind, Severity, UnitKind } from './api/types';

/** As the records name them (OSV ecosystems); a filter's choices, the server takes any. */
export const ECOSYSTEMS: readonly string[] = ['AlmaLinux', 'Alpine', 'Amazon Linux', 'crates.io', 'Debian', 'Go', 'Maven', 'npm', 'NuGet', 'openSUSE', 'Oracle Linux', 'Packagist', 'PyPI', 'Red Hat', 'Rocky Linux', 'RubyGems', 'SUSE', 'Ubuntu'];

export const CRITICALITIES: readonly Criticality[] = ['critical', 'high', 'medium', 'low'];

export const criticalityKey: Record<Criticality, string> = {
  critical: 'criticality-critical',
  high: 'criticality-high',
  medium: 'criticality-medium',
  low: 'criticality-low',
};

export const severityKey: Record<Severity, string> = {
  critical: 'severity-critical',
  high: 'severity-high',
  medium: 'severity-medium',
  low: 'severity-low',
  none: 'severity-none',
  unrated: 'severity-unrated',
};

export const reachabilityKey: Record<Reachability, string> = {
  internal: 'reachability-internal',
  partner: 'reachability-partner',
  internet: 'reachability-internet',
};

export const impactKey: Record<Impact, string> = { low: 'impact-low', moderate: 'impact-moderate', high: 'impact-high' };

export const unitKindKey: Record<UnitKind, string> = {
  group: 'unit-kind-group',
  region: 'unit-kind-region',
  company: 'unit-kind-company',
  department: 'unit-kind-department',
  section: 'unit-kind-section',
};

export const seatKindKey: Record<SeatKind, string> = {
  ciso: 'seat-ciso',
  regional_ciso: 'seat-regional-ciso',
  information_manager: 'seat-information-manager',
  system_security_manager: 'seat-system-security-manager',
  psirt_manager: 'seat-psirt-manager',
  management: 'seat-management',
  auditor: 'seat-auditor',
  administrator: 'seat-administrator',
  employee: 'seat-employee',
};

export const assetKindKey: Record<AssetKind, string> = {
  host: 'asset-kind-host',
  network_device: 'asset-kind-network-device',
  cloud_resource: 'asset-kind-cloud-resource',
  container_image: 'asset-kind-container-image',
  listening_service: 'asset-kind-listening-service',
};

export const closureKey: Record<Closure, string> = {
  fixed: 'closure-fixed',
  gone: 'closure-gone',
  retracted: 'closure-retracted',
};

export const matchStateKey: Record<MatchState, string> = {
  affected: 'match-affected',
  not_affected: 'match-not-affected',
  unknown: 'match-unknown',
};

export const snapshotStateKey: Record<string, string> = {
  applied: 'snapshot-applied',
  unchanged: 'snapshot-unchanged',
  older: 'snapshot-older',
  held: 'snapshot-held',
  rejected: 'snapshot-rejected',
};

export const jobStateKey: Record<string, string> = {
  queued: 'job-queued',
  pending: 'job-queued',
  waiting: 'job-queued',
  running: 'job-running',
  done: 'job-done',
  succeeded: 'job-done',
  failed: 'job-failed',
  cancelled: 'job-cancelled',
};
