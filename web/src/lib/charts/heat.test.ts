// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { heatLevel } from './heat';

it('zero is empty and the most is the strongest', () => {
  expect(heatLevel(0, 200)).toBe(0);
  expect(heatLevel(200, 200)).toBe(4);
});

it('one case beside two hundred still shows', () => {
  expect(heatLevel(1, 200)).toBe(1);
});

it('more is never weaker', () => {
  const levels = Array.from({ length: 201 }, (_, count) => heatLevel(count, 200));
  expect(levels).toEqual([...levels].sort((a, b) => a - b));
  expect(new Set(levels)).toEqual(new Set([0, 1, 2, 3, 4]));
});

it('a lone case is not shown as a fire', () => {
  expect(heatLevel(1, 1)).toBe(1);
});
