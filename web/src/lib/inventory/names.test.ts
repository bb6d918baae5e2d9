// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { plainName } from './names';

it('leaves the endings of a file out', () => {
  expect(plainName('web-01.cdx.json.gz')).toBe('web-01');
  expect(plainName('shop.example.json')).toBe('shop.example');
  expect(plainName('.json')).toBe('.json');
  expect(plainName('host')).toBe('host');
});
