// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { isDay, pick, safeNext, withParams } from './state';

const list = new URL('https://hinomi.example/tickets?view=flat&criticality=high&after=abc&p=3');

describe('the state of a list in its address', () => {
  it('returns to page one when a filter changes', () => {
    expect(withParams(list, { criticality: 'low' })).toBe('/tickets?view=flat&criticality=low');
  });

  it('keeps the filters when the page changes', () => {
    expect(withParams(list, { after: 'def', p: 4 })).toBe('/tickets?view=flat&criticality=high&after=def&p=4');
  });

  it('drops empty values, so that equal lists have equal addresses', () => {
    expect(withParams(list, { criticality: '', view: null })).toBe('/tickets');
    expect(withParams(list, { overdue: false })).toBe('/tickets?view=flat&criticality=high');
  });

  it('escapes what people type', () => {
    expect(withParams(new URL('https://h.example/affected'), { q: 'a&b=c d' })).toBe('/affected?q=a%26b%3Dc+d');
  });

  it('asks the API only for what it names', () => {
    expect(pick(list, ['criticality', 'unit', 'after'])).toEqual({ criticality: 'high', after: 'abc' });
  });
});

it('a day is a real calendar day', () => {
  expect(isDay('2026-11-23')).toBe(true);
  expect(isDay('2026-13-01')).toBe(false);
  expect(isDay('yesterday')).toBe(false);
  expect(isDay(null)).toBe(false);
});

describe('where sign-in leads back to', () => {
  it.each(['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '', null])('never off this site: %s', (next) => {
    expect(safeNext(next)).toBe('/');
  });

  it('is the page that asked', () => {
    expect(safeNext('/tickets?view=flat')).toBe('/tickets?view=flat');
  });
});
