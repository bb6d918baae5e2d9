// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { UnitNode } from '../api/types';
import type { Quality } from './api';
import { qualityRows } from './quality';

const unit = (id: string, parent_id: string | null): UnitNode => ({ id, code: id, kind: 'department', name: id, parent_id, depth: 0 });
const counts = (assets: number, stale: number): Quality => ({ assets, stale, unowned: 0, without_inventory: 0, discovered: 0, in_question: 0, unknown_ecosystem: 0 });
const tree = [unit('group', null), unit('works', 'group'), unit('line', 'works'), unit('sales', 'group'), unit('empty', 'group')];
const report = { total: counts(10, 4), units: [{ unit_id: 'group', unit_name: '', ...counts(1, 0) }, { unit_id: 'works', unit_name: '', ...counts(2, 1) }, { unit_id: 'line', unit_name: '', ...counts(4, 2) }, { unit_id: 'sales', unit_name: '', ...counts(3, 1) }], ended_units: [] };

describe('data quality by unit', () => {
  it('sums what lies below, worst first, and names what is the unit’s own', () => {
    const rows = qualityRows(report, tree, 'group').map((row) => [row.unit.id, row.counts.assets, row.counts.stale, row.below, row.own]);
    expect(rows).toEqual([['works', 6, 3, true, false], ['sales', 3, 1, false, false], ['group', 1, 0, false, true]]);
  });

  it('begins at the top of what the reader sees', () => {
    const seen = tree.filter((each) => each.id === 'works' || each.id === 'line');
    expect(qualityRows(report, seen, null).map((row) => [row.unit.id, row.counts.assets])).toEqual([['works', 6]]);
  });
});
