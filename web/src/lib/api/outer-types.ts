// SPDX-License-Identifier: Apache-2.0
// What the outer loop's answers hold: measures, directives, hazards, programmes.

export interface Measure {
  kind: string;
  criticalities?: string[];
  package?: string | null;
  internet?: boolean;
  vulnerability?: string | null;
  axis?: string | null;
  indicator?: string | null;
}

export interface KindView {
  kind: string;
  unit: 'count' | 'percent' | 'points';
  better: 'fewer' | 'more';
  narrows: boolean;
  one_unit: boolean;
  wants?: 'vulnerability' | 'axis' | 'indicator' | null;
}

export interface Measurement {
  id: string;
  as_of: string;
  taken_at: string;
  month?: string | null;
  value?: number | null;
  part?: number | null;
  whole: boolean;
  counted: number;
  among: number;
  rows_hash: string;
  actor: string;
}

export interface MeasuredRow {
  kind: string;
  id?: string | null;
  name: string;
  detail?: string | null;
  detail_ja?: string | null;
  unit_id: string;
  counts: boolean;
}

export interface MeasuredRows {
  measurement_id: string;
  as_of: string;
  month?: string | null;
  rows_hash: string;
  counted: number;
  among: number;
  hidden: number;
  items: MeasuredRow[];
  next?: number | null;
}

export interface MeasurePreview {
  value?: number | null;
  counted: number;
  among: number;
  rows: MeasuredRow[];
}

export interface Addressed {
  unit_id: string;
  name: string;
  name_ja: string;
  subtree: boolean;
}

export type Standing = 'running' | 'missed' | 'reached' | 'withdrawn';

export interface Directive {
  id: string;
  number: string;
  decision_id?: string | null;
  title: string;
  text: string;
  issued_at: string;
  issued_by: string;
  responsible_id?: string | null;
  responsible_name?: string | null;
  units: Addressed[];
  hidden_units: number;
  measure: Measure;
  unit: 'count' | 'percent' | 'points';
  better: 'fewer' | 'more';
  target: number;
  due_at: string;
  standing: Standing;
  closed_at?: string | null;
  closed_by?: string | null;
  before?: Measurement | null;
  newest?: Measurement | null;
}

export interface LogEntry {
  at: string;
  actor: string;
  kind: string;
  text: string;
  unit_id?: string | null;
  measurement_id?: string | null;
}

export interface DirectiveDetail extends Directive {
  course: Measurement[];
  events: LogEntry[];
}

export interface Hazard {
  id: string;
  number: string;
  name: string;
  origin: 'rule' | 'hand';
  reason: string;
  opened_at: string;
  opened_by: string;
  lead_id?: string | null;
  lead_name?: string | null;
  lead_due_at: string;
  tell_due_at: string;
  told_at?: string | null;
  measure_at?: string | null;
  state: 'open' | 'released';
  released_at?: string | null;
  released_by?: string | null;
  tickets: number;
  tickets_open: number;
  hidden: number;
  systems: { name: string; name_ja: string }[];
  unit_ids: string[];
}

export interface HazardItem {
  ticket_id: string;
  package: string;
  system_id: string;
  system_name: string;
  system_name_ja: string;
  unit_id: string;
  unit_name: string;
  unit_name_ja: string;
  added_at: string;
  open: boolean;
  closed_at?: string | null;
  closure?: string | null;
  assets: { id: string; name: string; seen_at?: string | null; fresh: boolean }[];
}

export interface HazardDetail extends Hazard {
  items: HazardItem[];
  events: LogEntry[];
  obstacles: { kind: 'ticket_open' | 'not_measured'; ticket_id?: string | null; asset_id?: string | null; name: string; name_ja: string }[];
}

export interface HazardRules {
  rules: { from?: string | null; to?: string | null; by: string; reach: string; importance: string; lead_hours: number; tell_hours: number; tell_again_days: number }[];
  told: string[];
  reported_to: string[];
}

export interface ProgrammeCell {
  step: number;
  complete: boolean;
  complete_since?: string | null;
  newest?: Measurement | null;
  course: Measurement[];
}

export interface ProgrammeRegion {
  unit_id: string;
  name: string;
  name_ja: string;
  planned_at: string;
  state: 'planned' | 'late' | 'complete';
  complete_since?: string | null;
  cells: ProgrammeCell[];
}

export interface ProgrammeStep {
  no: number;
  name: string;
  name_ja: string;
  measure: Measure;
  unit: 'count' | 'percent' | 'points';
  better: 'fewer' | 'more';
  target: number;
}

export interface Programme {
  id: string;
  number: string;
  name: string;
  name_ja: string;
  text: string;
  fiscal_year: number;
  created_at: string;
  created_by: string;
  ended_at?: string | null;
  steps: ProgrammeStep[];
  regions: ProgrammeRegion[];
  hidden_regions: number;
  complete: number;
}
