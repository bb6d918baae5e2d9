// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { Relation } from './api';
import { drawn } from './graph';

const relation = (kind: string, outgoing: boolean, name: string): Relation => ({ kind, outgoing, name, asset_id: name, asset_kind: 'host', source: 'cmdb' });

describe('relations drawn', () => {
  it('puts what it stands on right and what stands on it left, each once', () => {
    const { nodes } = drawn([relation('runs_on', true, 'esx-1'), relation('hosts', false, 'esx-1'), relation('depends_on', false, 'shop'), relation('hosts', true, 'vm-9')]);
    expect(nodes.map((node) => [node.side, node.relation?.name])).toEqual([['left', 'shop'], ['left', 'vm-9'], ['right', 'esx-1']]);
  });

  it('says how many more there are instead of drawing hundreds', () => {
    const many = Array.from({ length: 40 }, (_, index) => relation('connects_to', true, `h${index}`));
    const { nodes, height } = drawn(many);
    expect(nodes).toHaveLength(13);
    expect(nodes.at(-1)).toMatchObject({ more: 28 });
    expect(height).toBeLessThan(800);
    expect(nodes.every((node) => node.y > 0 && node.y < height)).toBe(true);
  });
});
