// SPDX-License-Identifier: Apache-2.0
// The closed sets of reconciliation with the messages that name them.
import { t } from '../i18n/index.svelte';
import type { IdentifierKey } from './compare';

export const identifierKey: Record<IdentifierKey, string> = {
  agent_ids: 'identifier-agent',
  cloud_id: 'identifier-cloud',
  serial: 'identifier-serial',
  vendor: 'identifier-vendor',
  uuid: 'identifier-uuid',
  asset_tag: 'identifier-tag',
  macs: 'identifier-mac',
  fqdns: 'identifier-fqdn',
  hostnames: 'identifier-hostname',
  ips: 'identifier-address',
};

export const ruleKey: Record<string, string> = {
  agent: 'identifier-agent',
  cloud: 'identifier-cloud',
  serial: 'identifier-serial',
  uuid: 'identifier-uuid',
  mac: 'identifier-mac',
  fqdn: 'identifier-fqdn',
  hostname: 'identifier-hostname',
  address: 'identifier-address',
};

export const sourceKindKey: Record<string, string> = {
  manual: 'source-kind-manual',
  agent: 'source-kind-agent',
  cloud: 'source-kind-cloud',
  cmdb: 'source-kind-cmdb',
  scanner: 'source-kind-scanner',
  inventory: 'source-kind-inventory',
};

/** Seen from the asset where the relation begins, and from the one where it ends. */
export const relationKey: Record<string, readonly [string, string]> = {
  runs_on: ['relation-runs-on', 'relation-runs-on-back'],
  hosts: ['relation-hosts', 'relation-hosts-back'],
  connects_to: ['relation-connects-to', 'relation-connects-to-back'],
  depends_on: ['relation-depends-on', 'relation-depends-on-back'],
  image_of: ['relation-image-of', 'relation-image-of-back'],
};

const attributeKey: Record<string, string> = { name: 'name', kind: 'kind', os: 'operating-system', owner: 'attribute-owner', location: 'attribute-location', organisation: 'unit', environment: 'attribute-environment', model: 'attribute-model', vendor: 'identifier-vendor', kernel: 'attribute-kernel', architecture: 'architecture', state: 'state', comment: 'comment', tag: 'attribute-tag' };

/** A source's own attributes keep the names of their columns. */
export function attributeName(name: string): string {
  return attributeKey[name] ? t(attributeKey[name]) : name;
}
