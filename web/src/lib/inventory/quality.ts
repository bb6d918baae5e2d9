// SPDX-License-Identifier: Apache-2.0
// A unit's data quality with everything below it: what its row shows is what its links list.
import type { UnitNode } from '../api/types';
import type { Quality, QualityReport } from './api';

export const MEASURES = ['unowned', 'stale', 'without_inventory', 'in_question', 'unknown_ecosystem', 'discovered'] as const;
export type Measure = (typeof MEASURES)[number];

export interface QualityRow {
  unit: UnitNode;
  counts: Quality;
  below: boolean;
  own: boolean;
}

const NOTHING: Quality = { assets: 0, unowned: 0, stale: 0, without_inventory: 0, discovered: 0, in_question: 0, unknown_ecosystem: 0 };

function plus(left: Quality, right: Quality): Quality {
  const sum = { ...left };
  for (const key of Object.keys(NOTHING) as (keyof Quality)[]) sum[key] += right[key];
  return sum;
}

export function wanting(counts: Quality): number {
  return counts.unowned + counts.stale + counts.without_inventory + counts.in_question + counts.unknown_ecosystem;
}

/** The children of `unit` (or the tops of what the reader sees), each with its subtree, worst first; last what is the unit's own. */
export function qualityRows(report: QualityReport, units: readonly UnitNode[], unit: string | null): QualityRow[] {
  const own = new Map(report.units.map((row) => [row.unit_id, row as Quality]));
  const known = new Set(units.map((each) => each.id));
  const children = (id: string | null) => units.filter((each) => (id === null ? !each.parent_id || !known.has(each.parent_id) : each.parent_id === id));
  const sum = (id: string): Quality => children(id).reduce((total, child) => plus(total, sum(child.id)), own.get(id) ?? NOTHING);
  const rows = children(unit)
    .map((each) => ({ unit: each, counts: sum(each.id), below: children(each.id).length > 0, own: false }))
    .filter((row) => row.counts.assets > 0 || wanting(row.counts) > 0)
    .sort((a, b) => wanting(b.counts) - wanting(a.counts));
  const self = units.find((each) => each.id === unit);
  const mine = unit ? own.get(unit) : undefined;
  if (self && mine) rows.push({ unit: self, counts: plus(NOTHING, mine), below: false, own: true });
  return rows;
}
