// SPDX-License-Identifier: Apache-2.0
// Where the relations of one asset are drawn: what leads to it on the left, what it leads to on the right.
import type { Relation } from './api';

export interface DrawnNode {
  key: string;
  side: 'left' | 'right';
  y: number;
  /** Absent for the line that says how many more there are. */
  relation?: Relation;
  more: number;
}

const STEP = 54;
const MOST = 12;

/** A "hosts" that ends here and a "runs on" that begins here say the same: it stands on the right, once. */
function standsOn(relation: Relation): boolean {
  if (relation.kind === 'hosts') return !relation.outgoing;
  return relation.outgoing;
}

export function drawn(relations: readonly Relation[]): { nodes: DrawnNode[]; height: number } {
  const seen = new Set<string>();
  const sides: Record<'left' | 'right', Relation[]> = { left: [], right: [] };
  for (const relation of relations) {
    const side = standsOn(relation) ? 'right' : 'left';
    const family = relation.kind === 'hosts' ? 'runs_on' : relation.kind;
    const key = `${side} ${family} ${relation.asset_id ?? relation.name}`;
    if (seen.has(key)) continue;
    seen.add(key);
    sides[side].push(relation);
  }
  const rows = Math.max(1, ...Object.values(sides).map((list) => Math.min(list.length, MOST + 1)));
  const height = rows * STEP + 16;
  const nodes = (['left', 'right'] as const).flatMap((side) => {
    const shown = sides[side].slice(0, sides[side].length > MOST + 1 ? MOST : MOST + 1);
    const more = sides[side].length - shown.length;
    const lines = shown.length + (more > 0 ? 1 : 0);
    const top = height / 2 - ((lines - 1) * STEP) / 2;
    const drawnHere: DrawnNode[] = shown.map((relation, index) => ({ key: `${side} ${index}`, side, y: top + index * STEP, relation, more: 0 }));
    if (more > 0) drawnHere.push({ key: `${side} more`, side, y: top + shown.length * STEP, more });
    return drawnHere;
  });
  return { nodes, height };
}
