// SPDX-License-Identifier: Apache-2.0
// What sources say of assets, what people are asked and decide, and how true the inventory is.
import { get, send } from '../api/client';
import type { AssetKind, Page } from '../api/types';

export interface SourceRecord {
  record_id: number;
  source: string;
  source_kind: string;
  rank: number;
  key: string;
  name: string;
  observed_at: string;
  identifiers: Record<string, string | string[] | undefined>;
  os: { id?: string; version?: string; name?: string };
  attributes: Record<string, { value: string; origin?: string }>;
}

export interface Candidate {
  record_id: number;
  asset_id?: string | null;
  asset_name: string;
  unit_id?: string | null;
  unit_name: string;
  records: SourceRecord[];
}

export interface Question {
  id: number;
  kind: string;
  rule: string;
  shared: string[];
  against: string;
  opened_at: string;
  subject: Candidate;
  candidates: Candidate[];
}

export interface AssetValue {
  attribute: string;
  value: string;
  source: string;
  record_id: number;
  observed_at: string;
  counts: boolean;
}

export interface Decision {
  id: string;
  kind: string;
  other_asset_id?: string | null;
  decided_at: string;
  decided_by: string;
  reason: string;
  revoked_at?: string | null;
}

export interface AssetSources {
  records: SourceRecord[];
  values: AssetValue[];
  decisions: Decision[];
}

export interface Relation {
  kind: string;
  outgoing: boolean;
  asset_id?: string | null;
  name: string;
  asset_kind?: AssetKind | null;
  source: string;
}

export interface Hit {
  asset_id: string;
  name: string;
  kind: AssetKind;
  steps: number;
  through: string;
  relation: string;
}

/** A list of which the server may keep the end back. */
export interface Listed<T> {
  items: T[];
  /** At least so many when `cut`. */
  total: number;
  cut: boolean;
}

export interface Quality {
  assets: number;
  unowned: number;
  stale: number;
  without_inventory: number;
  discovered: number;
  in_question: number;
  unknown_ecosystem: number;
}

export interface QualityReport {
  total: Quality;
  units: (Quality & { unit_id: string; unit_name: string; unit_name_ja?: string | null })[];
  /** Units that have ended and still own systems. */
  ended_units: { unit_id: string; unit_name: string; unit_name_ja: string; systems: number }[];
  /** Records that could not be made part of the inventory. */
  failed?: number;
  failures?: { source: string; key: string; message: string; since: string }[];
}

export interface Decided {
  id: string;
}

export const inventory = {
  quality: (unit: string | null, signal?: AbortSignal) => get<QualityReport>('/data-quality', { unit }, signal),
  questions: (query: { unit?: string; after?: string; limit?: number }, signal?: AbortSignal) => get<Page<Question>>('/asset-questions', query, signal),
  /** Without a record the thing in question is one of its own. */
  decide: (question: number, same: number | null, reason: string) => send<Decided>('POST', `/asset-questions/${question}/decide`, { same_as: same, reason }),
  revoke: (decision: string) => send('POST', `/asset-decisions/${decision}/revoke`, {}),
  sources: (asset: string, signal?: AbortSignal) => get<AssetSources>(`/assets/${asset}/sources`, {}, signal),
  merge: (into: string, others: string[], reason: string) => send<Decided>('POST', `/assets/${into}/merge`, { asset_ids: others, reason }),
  split: (asset: string, records: number[], reason: string) => send<Decided>('POST', `/assets/${asset}/split`, { record_ids: records, reason }),
  relations: (asset: string, signal?: AbortSignal) => get<Listed<Relation>>(`/assets/${asset}/relations`, {}, signal),
  relate: (from: string, kind: string, to: string, holds: boolean) => send<Listed<Relation>>('POST', `/assets/${from}/relations`, { kind, to_asset_id: to, holds }),
  impact: (asset: string, signal?: AbortSignal) => get<Listed<Hit>>(`/assets/${asset}/impact`, {}, signal),
};
