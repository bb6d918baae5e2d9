// SPDX-License-Identifier: Apache-2.0
// How the inventory fills itself: tokens of hosts, rules of places, whom to believe.
import { get, send } from '../api/client';

export interface Token {
  id: string;
  name: string;
  unit_id: string;
  system_id?: string | null;
  created_at: string;
  created_by: string;
  expires_at?: string | null;
  revoked_at?: string | null;
}

export interface EnrolledHost {
  id: string;
  host_key: string;
  asset_id?: string | null;
  enrolled_at: string;
  pushed_at?: string | null;
  revoked_at?: string | null;
}

export interface Rule {
  id: string;
  position: number;
  network: string;
  name_pattern: string;
  unit_id: string;
  system_id?: string | null;
}

export interface AssetSource {
  name: string;
  kind: string;
  rank: number;
  attribute_ranks: Record<string, number>;
  records: number;
  newest_at?: string | null;
}

export const setup = {
  tokens: (signal?: AbortSignal) => get<Token[]>('/enrolment-tokens', {}, signal),
  makeToken: (token: { name: string; unit_id: string; system_id: string | null; expires_at: string | null }) => send<Token & { secret: string }>('POST', '/enrolment-tokens', token),
  revokeToken: (id: string, hosts: boolean) => send('POST', `/enrolment-tokens/${id}/revoke`, {}, { hosts }),
  hosts: (token: string, signal?: AbortSignal) => get<EnrolledHost[]>(`/enrolment-tokens/${token}/hosts`, {}, signal),
  revokeHost: (id: string) => send('POST', `/enrolled-hosts/${id}/revoke`, {}),
  rules: (signal?: AbortSignal) => get<Rule[]>('/assignment-rules', {}, signal),
  makeRule: (rule: { position: number; network: string; name_pattern: string; unit_id: string; system_id: string | null }) => send<Rule>('POST', '/assignment-rules', rule),
  removeRule: (id: string) => send('DELETE', `/assignment-rules/${id}`),
  sources: (signal?: AbortSignal) => get<AssetSource[]>('/asset-sources', {}, signal),
  rank: (name: string, rank: number, attribute_ranks: Record<string, number>, reason: string) => send('PUT', `/asset-sources/${encodeURIComponent(name)}`, { rank, attribute_ranks, reason }),
};
