// SPDX-License-Identifier: Apache-2.0
// What the server says, as the pages read it. Fields that another domain joins in are optional:
// a page shows what is there and never invents a zero.

export type * from './risk-types';
export type * from './vulnerability-types';

export type Criticality = 'critical' | 'high' | 'medium' | 'low';
export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'none' | 'unrated';
export type Reachability = 'internal' | 'partner' | 'internet';
export type Impact = 'low' | 'moderate' | 'high';
export type UnitKind = 'group' | 'region' | 'company' | 'department' | 'section';
export type SeatKind =
  | 'ciso'
  | 'regional_ciso'
  | 'information_manager'
  | 'system_security_manager'
  | 'psirt_manager'
  | 'management'
  | 'auditor'
  | 'administrator'
  | 'employee';
export type AssetKind = 'host' | 'network_device' | 'cloud_resource' | 'container_image' | 'listening_service';
export type TicketState = 'open' | 'closed';
export type Closure = 'fixed' | 'gone' | 'retracted';
export type MatchState = 'affected' | 'not_affected' | 'unknown';
export type Counts = Record<Criticality, number>;

/** Tickets, vulnerabilities and components are counted; people, units and assets carry UUIDs. */
export type Id = string | number;

export interface Page<T> {
  items: T[];
  next?: string | null;
  total?: number | null;
}

export interface Named {
  id: string;
  name: string;
  name_native?: string | null;
}

export interface Session {
  person: Named & { email: string; locale?: string | null; theme?: string | null };
  seats: { unit_id: string; unit_name: string; kind: SeatKind; permissions?: string[] }[];
  permissions: string[];
  csrf_token: string;
  instance: { name: string; demo: boolean; version: string };
}

export interface UnitNode {
  id: string;
  code: string;
  kind: UnitKind;
  name: string;
  name_ja?: string | null;
  parent_id?: string | null;
  depth: number;
  valid_from?: string | null;
  valid_to?: string | null;
}

export interface Seat {
  id: string;
  unit_id?: string;
  unit_name?: string;
  kind: SeatKind;
  required: boolean;
  holder?: Named | null;
  deputy?: Named | null;
  next_holder?: Named | null;
  next_from?: string | null;
  vacant_since?: string | null;
}

/** What a unit owns itself: it needs an heir before the unit can end. */
export interface UnitHoldings {
  owned: { kind: string; count: number }[];
  people: number;
}

export interface Unit extends UnitNode {
  parents: UnitNode[];
  children: UnitNode[];
  seats: Seat[];
  counts?: { systems?: number; assets?: number; people?: number };
}

export interface Person extends Named {
  code?: string | null;
  email?: string | null;
  unit_id?: string | null;
  unit_name?: string | null;
  left_at?: string | null;
}

export interface System {
  id: string;
  code: string;
  name: string;
  name_ja?: string | null;
  unit_id: string;
  unit_name: string;
  kind: 'internal' | 'customer';
  customer?: string | null;
  importance: { confidentiality: Impact; integrity: Impact; availability: Impact; overall: Impact };
  reachability: Reachability;
  sensitive_data: boolean;
  sensitive_kinds?: string[];
  description?: string | null;
  asset_count?: number;
  open_tickets?: Counts;
  unassigned?: boolean;
  retired_at?: string | null;
}

export interface Asset {
  id: string;
  name: string;
  kind: AssetKind;
  system_id?: string | null;
  system_name?: string | null;
  system_name_ja?: string | null;
  unit_id?: string | null;
  unit_name?: string | null;
  os?: { id?: string | null; version?: string | null; name?: string | null } | null;
  identifiers?: Record<string, unknown>;
  first_seen?: string | null;
  last_seen?: string | null;
  stale?: boolean;
  has_inventory?: boolean;
  sources?: { name: string; observed_at: string; complete: boolean; components: number }[];
  components?: number;
  open_findings?: Partial<Record<Severity, number>>;
  unknowns?: number;
  retired_at?: string | null;
}

export interface Component {
  id: Id;
  name: string;
  version?: string | null;
  purl?: string | null;
  cpe?: string | null;
  kind?: string | null;
  supplier?: string | null;
  ecosystem?: string | null;
  package?: string | null;
  release?: string | null;
  source_name?: string | null;
  source_version?: string | null;
  arch?: string | null;
  sources?: string[];
  since?: string | null;
  carriers?: number;
  matches?: { affected: number; unknown: number };
  unknown?: { reason: string; text: string } | null;
}

export interface Why {
  advisory?: string | null;
  source?: string | null;
  rule?: string | null;
  rule_text?: string | null;
  package?: string | null;
  release?: string | null;
  installed?: string | null;
  interval?: { introduced?: string | null; fixed?: string | null; last_affected?: string | null } | null;
  scheme?: string | null;
  record_hash?: string | null;
  record_url?: string | null;
  feed?: string | null;
  feed_time?: string | null;
  reason?: string | null;
  steps?: string[];
}

export interface VulnerabilityRef {
  id: Id;
  canonical: string;
  title?: string | null;
  severity: Severity;
  known_exploited?: boolean;
}

export interface Finding {
  vulnerability: VulnerabilityRef;
  component: { id: Id; name: string; version?: string | null; purl?: string | null };
  state: MatchState;
  fixed_version?: string | null;
  since?: string | null;
  ticket_id?: Id | null;
  why?: Why[];
  seen_by?: { scanner: string; check: string; title: string; since: string }[];
}

export interface ScanObservation {
  id: number;
  scanner: string;
  target: string;
  kind: string;
  check: string;
  title: string;
  severity: string;
  severity_rank: number;
  state: string;
  component: string;
  fixed: string;
  port: string;
  service: string;
  vulnerabilities: { name: string; standing: string }[];
  weaknesses: string[];
  scores: string[];
  solution: string;
  evidence: string;
  first_seen: string;
  last_seen: string;
  ended?: string | null;
}

export interface AssetScans {
  scans: { scanner: string; target: string; format: string; observed_at: string; complete_at?: string | null; observations: number }[];
  counts: { kind: string; standing: string; observations: number }[];
  open: number;
}

export interface Snapshot {
  id: Id;
  source: string;
  observed_at: string;
  received_at: string;
  complete: boolean;
  format?: string | null;
  components: number;
  added: number;
  removed: number;
  state: 'applied' | 'unchanged' | 'older' | 'held' | 'rejected';
  document_hash?: string | null;
}

export interface AffectedAnswer {
  kind: 'vulnerability' | 'package' | 'purl';
  title?: string | null;
  matched: { id: string; label: string }[];
  systems: {
    system_id: string;
    system_name: string;
    system_name_ja?: string | null;
    unit_name: string;
    unit_id?: string;
    reachability: Reachability;
    criticality?: Criticality | null;
    assets: number;
    components: string[];
    components_total: number;
    state: MatchState;
    ticket_id?: Id | null;
  }[];
  assets_total: number;
  unknown_total: number;
  cut: boolean;
  took_ms: number;
}

export interface AffectedAsset {
  asset: { id: string; name: string };
  system: { id: string; name: string; name_ja?: string | null };
  unit: { id: string; name: string; name_ja?: string | null };
  components: string[];
  components_total: number;
  state: MatchState;
}

export interface TicketRow {
  id: Id;
  number: string;
  system_id: string;
  system_name: string;
  system_name_ja?: string | null;
  unit_id: string;
  unit_name: string;
  ecosystem?: string | null;
  release?: string | null;
  package: string;
  title: string;
  state: TicketState;
  criticality: Criticality;
  high_priority?: boolean;
  known_exploited?: boolean;
  severity?: Severity;
  due_at?: string | null;
  paused_until?: string | null;
  overdue?: boolean;
  waiting_for_fix?: boolean;
  restart_pending?: boolean;
  stale?: boolean;
  target_version?: string | null;
  items_open: number;
  items_total: number;
  assets_affected: number;
  assignee?: Named | null;
  opened_at: string;
  closed_at?: string | null;
  closure?: Closure | null;
  work_started_at?: string | null;
}

export interface Evidence {
  before?: string | null;
  after?: string | null;
  record?: string | null;
  feed?: string | null;
  said_at?: string | null;
  why?: string | null;
  source?: string | null;
  snapshot_id?: Id | null;
  /** RFC 3339, or microseconds as the evidence was written down. */
  observed_at?: string | number | null;
  asset_name?: string | null;
}

export interface TicketItem {
  vulnerability: VulnerabilityRef;
  first_seen?: string | null;
  due_at?: string | null;
  fixed_version?: string | null;
  state: TicketState;
  closed_at?: string | null;
  closure?: Closure | null;
  evidence?: Evidence | null;
  why?: Why[];
}

export interface Ticket extends TicketRow {
  decision?: {
    policy_version?: string | number | null;
    policy?: string | null;
    row?: string | null;
    inputs: {
      epss_score?: number | null;
      epss_percentile?: number | null;
      exploitation?: string | null;
      automatable?: boolean | null;
      technical_impact?: string | null;
      severity?: Severity;
      known_exploited?: boolean;
      reachability?: Reachability;
      importance?: Impact;
      sensitive_data?: boolean;
      fix_available?: boolean;
    };
    reasons: string[];
    high_priority_inputs?: unknown;
  } | null;
  items: TicketItem[];
  assets: { id: string; name: string; component: string; installed?: string | null; state?: string | null; running?: string | boolean | null }[];
  assets_total: number;
  update_command?: string | null;
  description?: string | null;
}

export interface HistoryEvent {
  at: string;
  actor?: string | Named | null;
  kind: string;
  text_key?: string | null;
  data?: Record<string, unknown> | null;
}

export interface TicketGroup {
  system_id: string;
  system_name: string;
  system_name_ja?: string | null;
  unit_id?: string;
  unit_name: string;
  distribution: string;
  tickets: number;
  by_criticality: Partial<Counts>;
  overdue: number;
  earliest_due?: string | null;
  update_command?: string | null;
}

export interface TicketCounts {
  open: number;
  overdue: number;
  /** Known of now only. */
  waiting_for_fix?: number | null;
  high_priority?: number | null;
  known_exploited?: number | null;
  by_criticality: Partial<Counts>;
}

export interface UnknownRow {
  component: { id: Id; name: string; version?: string | null; ecosystem?: string | null };
  asset_count: number;
  reason: string;
  text: string;
}

export interface SearchHit {
  id: string;
  label?: string;
  label_ja?: string | null;
  hint?: string | null;
  name?: string;
  title?: string | null;
  canonical?: string;
  number?: string;
  code?: string;
  version?: string;
  unit_name?: string;
  name_ja?: string | null;
  name_native?: string | null;
}

export interface SearchAnswer {
  vulnerabilities: SearchHit[];
  systems: SearchHit[];
  assets: SearchHit[];
  tickets: SearchHit[];
  units: SearchHit[];
  components: SearchHit[];
}

export interface MySession {
  id: string;
  created_at: string;
  last_seen_at?: string | null;
  expires_at?: string | null;
  user_agent?: string | null;
  current?: boolean;
}

export interface AuditEvent {
  id: string | number;
  at: string;
  actor?: string | Named | null;
  actor_name?: string | null;
  action: string;
  subject_kind?: string | null;
  subject_id?: string | null;
  unit_id?: string | null;
  before?: unknown;
  after?: unknown;
  reason?: string | null;
}

export interface Job {
  id: string;
  kind: string;
  state: string;
  run_at?: string | null;
  created_at?: string | null;
  finished_at?: string | null;
  attempt?: number;
  max_attempts?: number;
  progress?: { done?: number | null; total?: number | null; text?: string | null } | null;
  error?: string | null;
}

export interface PolicyVersion {
  id: Id;
  toml?: string;
  valid_from: string;
  actor?: string | Named | null;
  reason?: string | null;
}
