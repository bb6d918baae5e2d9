// SPDX-License-Identifier: Apache-2.0
// What the Risk Monitor's own answers hold.

import type { Counts, UnitKind } from './types';

export interface HeatmapRow {
  unit_id: string;
  name: string;
  name_ja?: string | null;
  kind: UnitKind;
  has_children: boolean;
  own?: boolean;
  gone?: boolean;
  cells: Counts;
  overdue: number;
  total: number;
}

export interface Heatmap {
  at?: string | null;
  unit?: { id: string; name: string } | string | null;
  rows: HeatmapRow[];
  totals?: Counts & { overdue?: number; total?: number };
}

export interface Residual {
  open: number;
  instructed_total: number;
  closed_total: number;
  age_buckets: (Partial<Counts> & { label: string })[];
  oldest_days?: number | null;
  median_days?: number | null;
}

export interface TrendDay {
  day: string;
  open: Counts;
  opened: number;
  closed: number;
}

export interface RiskSummary {
  systems: number;
  assets: number;
  assets_without_inventory: number;
  unassigned: number;
  stale: number;
  components: number;
  vulnerabilities_affecting: number;
  unknowns: { total: number; by_reason: { reason: string; count: number }[] };
  known_exploited_open: number;
  feed_age_seconds?: number | null;
}
