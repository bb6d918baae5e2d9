// SPDX-License-Identifier: Apache-2.0
import type { UnitNode } from '../api/types';

export interface TreeRow {
  unit: UnitNode;
  depth: number;
}

/** Depth first, so that a list can draw the tree by indentation alone; it begins where the reader's view begins. */
export function treeRows(all: readonly UnitNode[]): TreeRow[] {
  const known = new Set(all.map((unit) => unit.id));
  const byParent = new Map<string, UnitNode[]>();
  for (const unit of all) {
    const key = unit.parent_id && known.has(unit.parent_id) ? unit.parent_id : '';
    byParent.set(key, [...(byParent.get(key) ?? []), unit]);
  }
  const rows: TreeRow[] = [];
  const walk = (key: string, depth: number) => {
    for (const unit of byParent.get(key) ?? []) {
      rows.push({ unit, depth });
      walk(unit.id, depth + 1);
    }
  };
  walk('', 0);
  return rows;
}
