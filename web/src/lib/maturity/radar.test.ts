// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { outline, place } from './radar';

test('axes start at the top and go clockwise', () => {
  expect(place(0, 4, 100, 10)).toEqual({ x: 0, y: -10 });
  expect(place(1, 4, 50, 10)).toEqual({ x: 5, y: 0 });
  expect(place(0, 4, 140, 10)).toEqual({ x: 0, y: -10 });
});

test('what is not rated is a hole and never a zero', () => {
  expect(outline([100, 100, 100, 100], 10)).toBe('M0 -10L10 0L0 10L-10 0Z');
  expect(outline([100, 100, null, 100], 10)).toBe('M-10 0L0 -10L10 0');
  expect(outline([100, null, 100, null], 10)).toBe('');
  expect(outline([null, null, null, null], 10)).toBe('');
});
