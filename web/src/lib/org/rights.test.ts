// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { allowed } from './rights';

const seats = [
  { unit_id: 'sales', permissions: ['OrgRead', 'OrgWrite'] },
  { unit_id: 'group', permissions: ['OrgRead'] },
];
const isRoot = (unit: string) => unit === 'group';

describe('a permission', () => {
  it('holds in the unit of its seat and below', () => {
    expect(allowed(seats, 'OrgWrite', ['group', 'sales'], isRoot)).toBe(true);
    expect(allowed(seats, 'OrgWrite', ['group', 'sales', 'field'], isRoot)).toBe(true);
  });

  it('does not hold beside or above it, although another seat reads there', () => {
    expect(allowed(seats, 'OrgWrite', ['group'], isRoot)).toBe(false);
    expect(allowed(seats, 'OrgWrite', ['group', 'finance'], isRoot)).toBe(false);
    expect(allowed(seats, 'OrgRead', ['group', 'finance'], isRoot)).toBe(true);
  });

  it('holds for what no unit owns any more only at the root', () => {
    expect(allowed(seats, 'OrgRead', [], isRoot)).toBe(true);
    expect(allowed(seats, 'OrgWrite', [], isRoot)).toBe(false);
  });
});
