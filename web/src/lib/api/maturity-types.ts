// SPDX-License-Identifier: Apache-2.0
// What the Maturity Monitor's answers hold.

export interface SourceState {
  source: string;
  newest_at?: string | null;
  blind: boolean;
}

export interface MonthView {
  month: string;
  revision: number;
  preview: boolean;
  evaluated_at: string;
  formula: string;
  actor: string;
  reason: string;
  rows_hash: string;
  sources: SourceState[];
  /** Closed long after its time. */
  late: boolean;
  zone: string;
  from?: string | null;
  to?: string | null;
}

export interface UnitName {
  id: string;
  name: string;
  name_ja: string;
}

export interface GateView {
  level: number;
  kind: 'rated' | 'score' | 'score_kept' | 'no_weak' | 'indicator' | 'fact';
  subject?: string | null;
  at_least?: number | null;
  state: 'met' | 'not_met' | 'awaited' | '';
}

export interface IndicatorView {
  code: string;
  version: number;
  weight: number;
  shape: 'ratio' | 'rising' | 'falling' | 'median_falling' | 'halves';
  formula: string;
  state: 'scored' | 'not_in_scope' | 'blind' | 'awaited';
  score?: number | null;
  value?: number | null;
  counted: number;
  in_scope: number;
  missing_points: number;
  in_scope_before?: number | null;
  moved: boolean;
  sources: string[];
}

export interface AxisTarget {
  unit_id: string;
  axis: string;
  score: number;
  month: string;
  set_at: string;
  set_by: string;
  reason: string;
}

export interface AxisView {
  axis: string;
  score?: number | null;
  level: number;
  weight: number;
  least_weight: number;
  withheld: boolean;
  before?: number | null;
  target?: AxisTarget | null;
  gap?: number | null;
  gates: GateView[];
  indicators: IndicatorView[];
  awaits: string[];
}

export interface ChildAxis {
  axis: string;
  score?: number | null;
  level: number;
}

export interface UnitMonth {
  month: MonthView;
  unit: UnitName;
  path: UnitName[];
  people: number;
  axes: AxisView[];
  beside: { accepted: number; retracted: number; retired: number; lowered: number };
  children: { unit: UnitName; has_children: boolean; axes: ChildAxis[] }[];
  ranked: boolean;
}

export interface Rank {
  rank: number;
  unit: UnitName;
  score: number;
  level: number;
}

export interface TrendPoint {
  month: string;
  preview: boolean;
  axes: ChildAxis[];
}

export interface CountedRow {
  kind: 'asset' | 'ticket' | 'seat' | 'duty' | 'unit' | 'attendance';
  id?: string | null;
  name: string;
  detail?: string | null;
  href?: string | null;
  unit_id: string;
  amount: number;
  in_scope: boolean;
  side: 'for' | 'against';
}

export interface RowsPage {
  month: string;
  indicator: string;
  rows_for: number;
  rows_against: number;
  hidden: number;
  items: CountedRow[];
  next?: number | null;
}

export interface GapRow extends CountedRow {
  points: number;
  indicators: string[];
}

export interface ExternalRating {
  id: string;
  unit_id: string;
  provider: string;
  rated_on: string;
  value: string;
  scale: string;
  imported_at?: string;
  imported_by?: string;
}

export interface Approval {
  id: string;
  unit_id: string;
  axis: string;
  title: string;
  link: string;
  approved_on: string;
  approved_by: string;
  expires_on?: string | null;
  revoked_at?: string | null;
  revoked_by: string;
  valid: boolean;
}

export interface FiledFormulas {
  version: string;
  valid_from: string;
  filed_at: string;
  filed_by: string;
  reason: string;
}

export interface FormulaSheet extends FiledFormulas {
  toml: string;
  least_weight: number;
  blind_weight: number;
  blind_level: number;
  least_people: number;
  axes: {
    axis: string;
    owner_seat: string;
    personal: boolean;
    indicators: { code: string; version: number; weight: number; formula: string; counts: string; counts_ja: string; among: string; among_ja: string; sources: string[] }[];
    gates: GateView[];
  }[];
  gates: GateView[];
}

export interface TriedFormulas {
  month: string;
  changed: number;
  units: { unit: UnitName; before: ChildAxis[]; after: ChildAxis[] }[];
}

/** A closed month under the set that counted and under one beside it. */
export interface DualMonth {
  month: string;
  counted: ChildAxis[];
  beside: ChildAxis[];
}

export interface DualRun {
  version: string;
  begun_at: string;
  begun_by: string;
  reason: string;
  text: string;
  wanted: number;
  done: boolean;
  filed: boolean;
  months: DualMonth[];
}
