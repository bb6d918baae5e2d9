// SPDX-License-Identifier: Apache-2.0
// The pages' types against those made from openapi.json: a field that the server renamed or made
// optional is an error of `npm run check`, not a blank on a screen. Words of closed sets are plain
// strings in parts of the document, so they are compared as strings.
import type { components } from './schema';
import type * as ours from './types';

type Server = components['schemas'];

type Loose<T> = T extends string ? string : T extends readonly (infer Each)[] ? Loose<Each>[] : T extends object ? { [Key in keyof T]: Loose<T[Key]> } : T;

/** Compiles only when what the server sends can be read as what the pages expect. */
type Reads<Ours, _Theirs extends Loose<Ours>> = Ours;

export type Contract = [
  Reads<ours.Session, Server['Me']>,
  Reads<ours.UnitNode, Server['UnitNode']>,
  Reads<ours.Unit, Server['UnitPage']>,
  Reads<ours.Person, Server['Person']>,
  Reads<ours.Seat, Server['Seat']>,
  Reads<ours.System, Server['System']>,
  Reads<ours.Asset, Server['AssetPage']>,
  Reads<ours.Component, Server['PresentComponent']>,
  Reads<ours.Finding, Server['Finding']>,
  Reads<ours.Why, Server['Why']>,
  Reads<ours.Snapshot, Server['SnapshotDto']>,
  Reads<ours.VulnerabilityRow, Server['VulnerabilityDto']>,
  Reads<ours.Vulnerability, Server['VulnerabilityDetail']>,
  Reads<ours.AffectedRow, Server['AffectedRow']>,
  Reads<ours.AffectedAnswer, Server['AffectedAnswer']>,
  Reads<ours.AffectedAsset, Server['AffectedAssetDto']>,
  Reads<ours.Feed, Server['FeedDto']>,
  Reads<Omit<ours.Ticket, 'items' | 'decision'>, Server['TicketDetailDto']>,
  Reads<Omit<ours.TicketItem, 'evidence'>, Server['ItemDto']>,
  Reads<ours.TicketRow, Server['TicketDto']>,
  Reads<ours.TicketGroup, Server['TicketGroupDto']>,
  Reads<ours.TicketCounts, Server['TicketCountsDto']>,
  Reads<ours.HeatmapRow, Server['HeatRow']>,
  Reads<ours.Residual, Server['Residual']>,
  Reads<ours.TrendDay, Server['TrendDay']>,
  Reads<ours.RiskSummary, Server['Summary']>,
  Reads<ours.UnknownRow, Server['UnknownDto']>,
  Reads<ours.SearchAnswer, Server['SearchAnswer']>,
  Reads<ours.MySession, Server['OwnSession']>,
  Reads<ours.AuditEvent, Server['AuditEntry']>,
  Reads<ours.Job, Server['JobEntry']>,
  Reads<ours.PolicyVersion, Server['PolicyVersion']>,
];
