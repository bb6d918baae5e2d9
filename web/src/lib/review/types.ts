// SPDX-License-Identifier: Apache-2.0
// What the answers about bodies, meetings and packs hold.

export interface PackUnit {
  id: string;
  name: string;
  name_ja: string;
}

export interface PackCells {
  critical: number;
  high: number;
  medium: number;
  low: number;
  overdue: number;
}

export interface PackAxis {
  axis: string;
  score?: number | null;
  level: number;
  before?: number | null;
  target?: number | null;
  gap?: number | null;
  withheld: boolean;
}

export type MovedPart =
  | 'before'
  | 'opened'
  | 'reopened'
  | 'moved_in'
  | 'handed_in'
  | 'closed_fixed'
  | 'closed_gone'
  | 'closed_retracted'
  | 'closed_other'
  | 'moved_out'
  | 'handed_out'
  | 'after'
  | 'came_and_went'
  | 'raised'
  | 'lowered';

export interface PackUnitCases {
  unit: PackUnit;
  now: PackCells;
  before: PackCells;
  latest_days?: number | null;
}

export interface PackDirective {
  id: string;
  title: string;
  decision_id?: string | null;
  units: PackUnit[];
  measure: string;
  value_at_decision?: number | null;
  value?: number | null;
  target?: number | null;
  due: string;
  state: string;
}

export interface PackHazard {
  id: string;
  title: string;
  lead?: string | null;
  since: string;
  unit: PackUnit;
  system?: string | null;
  state: string;
  report_overdue: boolean;
}

export interface PackProgramme {
  id: string;
  name: string;
  name_ja: string;
  regions: { unit: PackUnit; completion?: number | null; planned?: string | null }[];
}

export interface PackDocument {
  month: string;
  unit: PackUnit;
  as_of: string;
  close: { revision: number; evaluated_at: string; formula: string; rows_hash: string };
  axes: PackAxis[];
  trend: { month: string; scores: (number | null)[]; open: number }[];
  open: { now: PackCells; before: PackCells };
  moved: Record<MovedPart, number>;
  units: PackUnitCases[];
  exploited: { open: number; overdue: number; systems: number; before?: number | null };
  targets_missed: { unit: PackUnit; axis: string; score: number; target: number; due: string }[];
  hazards?: PackHazard[] | null;
  directives?: PackDirective[] | null;
  programmes?: PackProgramme[] | null;
  blind: string[];
}

export interface PackLine {
  id: string;
  month: string;
  unit: PackUnit;
  made_at: string;
  hash: string;
}

export interface PackView extends PackLine {
  before_id?: string | null;
  document: PackDocument;
}

export interface PackRow {
  ticket_id: number;
  package: string;
  system_id: string;
  system_name: string;
  system_name_ja: string;
  unit_id: string;
  criticality: number;
  is_open: boolean;
  closure?: string | null;
  opened_at: string;
  closed_at?: string | null;
}

export interface PackRows {
  figure: string;
  total: number;
  items: PackRow[];
  next?: number | null;
}

export interface Member {
  person_id: string;
  name: string;
  name_ja: string;
  deputy: boolean;
}

export interface Place {
  role: string;
  chair: boolean;
  filled_by: 'seat' | 'seats_below' | 'person';
  unit_id?: string | null;
  seat_kind?: string | null;
  unit_kind?: string | null;
  person_id?: string | null;
  members: Member[];
}

export interface Topic {
  section: string;
  title: string;
}

export interface Body {
  id: string;
  code: string;
  unit_id: string;
  name: string;
  name_ja: string;
  purpose: string;
  cadence: 'monthly' | 'quarterly' | 'yearly';
  agenda: Topic[];
  places: Place[];
  vacant: number;
  shipped: boolean;
  created_at: string;
  closed_at?: string | null;
  version: number;
}

export type MeetingState = 'planned' | 'held' | 'closed' | 'cancelled';
export type Presence = 'expected' | 'present' | 'absent' | 'represented';

export interface MeetingLine {
  id: string;
  body_id: string;
  body_name: string;
  body_name_ja: string;
  month: string;
  starts_at: string;
  place: string;
  state: MeetingState;
  members: number;
  present: number;
  decisions: number;
}

export interface Decision {
  id: string;
  meeting_id: string;
  number: number;
  agenda?: number | null;
  text: string;
  reason: string;
  figure: string;
  replaces_id?: string | null;
  replaced_by_id?: string | null;
  decided_at: string;
  recorded_by: string;
}

export interface AgendaItem extends Topic {
  notes: string;
}

export interface Attendee {
  person_id: string;
  name: string;
  name_ja: string;
  role: string;
  chair: boolean;
  deputy: boolean;
  guest: boolean;
  state: Presence;
}

export interface Meeting extends MeetingLine {
  unit_id: string;
  pack_id?: string | null;
  agenda: AgendaItem[];
  attendance: Attendee[];
  minutes: string;
  decisions_made: Decision[];
  decisions_before: Decision[];
  created_by: string;
  closed_by?: string | null;
  closed_at?: string | null;
  reason: string;
  version: number;
}
