// SPDX-License-Identifier: Apache-2.0
// What the department's own loop and the list of obligations answer.

export interface UnitRef {
  id: string;
  name: string;
  name_ja: string;
}

export interface FigureView {
  figure: string;
  unit: 'points' | 'count';
  better: 'more' | 'fewer' | 'none';
  value?: number | null;
  before?: number | null;
  worse: boolean;
  past: { month: string; value?: number | null }[];
  href: string;
}

export interface CauseView {
  id: string;
  figure: string;
  cause: string;
  text: string;
  responsible_id?: string | null;
  responsible_name: string;
  named_at: string;
  named_by: string;
}

export interface Measurement {
  id: string;
  as_of: string;
  month?: string | null;
  value?: number | null;
  part?: number | null;
  whole: boolean;
  counted: number;
  among: number;
}

export interface ImprovementView {
  id: string;
  unit_id: string;
  month: string;
  title: string;
  text: string;
  measure: { kind: string; axis?: string | null; indicator?: string | null };
  measure_unit: 'count' | 'percent' | 'points';
  better: 'fewer' | 'more';
  target: number;
  responsible_id?: string | null;
  responsible_name: string;
  due_at: string;
  state: 'running' | 'done' | 'dropped';
  overdue: boolean;
  opened_at: string;
  opened_by: string;
  closed_at?: string | null;
  closed_by: string;
  result: string;
  then?: Measurement | null;
  now?: Measurement | null;
  reached: boolean;
  proven_at?: string | null;
  /** `measure`, or who confirmed it. */
  proven_by?: string | null;
  course: { points: Measurement[] };
}

export interface CheckLine {
  month: string;
  due_at?: string | null;
  handed_in_at?: string | null;
  late: boolean;
}

export interface DepartmentView {
  unit: UnitRef;
  path: UnitRef[];
  owes_check: boolean;
  month: string;
  running: boolean;
  figures: FigureView[];
  causes: CauseView[];
  improvements: ImprovementView[];
  checks: CheckLine[];
  owed: number;
  overdue: number;
}

export interface DepartmentRow {
  unit: UnitRef;
  check?: CheckLine | null;
  running_improvements: number;
  owed: number;
  overdue: number;
}

export type AnswerWord = 'yes' | 'partly' | 'no' | 'not_applicable';

export interface Answer {
  answer: AnswerWord;
  text: string;
  links: string[];
}

export interface CheckView {
  id: string;
  unit_id: string;
  month: string;
  version: string;
  revision: number;
  due_at?: string | null;
  changed_by: string;
  handed_in_at?: string | null;
  handed_in_by: string;
  late: boolean;
  questions: { code: string; axis: string; evidence: boolean; en: string; ja: string }[];
  answers: Record<string, Answer>;
}

export interface PauseView {
  id: string;
  from_at: string;
  to_at?: string | null;
  reason: string;
  asked_by: string;
  approved_by: string;
}

export interface Duty {
  id: string;
  kind: string;
  unit_id: string;
  unit_name: string;
  unit_name_ja: string;
  person_id?: string | null;
  title: string;
  href: string;
  due_at: string;
  done_at?: string | null;
  overdue: boolean;
  paused: boolean;
  pause?: PauseView | null;
  pause_asked?: PauseView | null;
}

export interface TicketDuty {
  unit_id: string;
  unit_name: string;
  unit_name_ja: string;
  near: number;
  overdue: number;
  paused: number;
  due_at: string;
  href: string;
}

export interface MyDuties {
  items: Duty[];
  tickets: TicketDuty[];
}

export interface CalendarView {
  unit_id: string;
  calendar: string;
  chosen_at?: string | null;
  known: string[];
  year: number;
  holidays: string[];
  own_days: { unit_id: string; day: string; off: boolean; name: string; set_by: string }[];
}
