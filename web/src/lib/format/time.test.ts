// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { addDays, dateTime, daysUntil, duration, plainDay, relative, shortDate } from './time';

const now = new Date('2026-11-23T01:00:00Z');
const tokyo = { locale: 'en', now, zone: 'Asia/Tokyo' };
const york = { locale: 'en', now, zone: 'America/New_York' };

describe('days until a deadline', () => {
  it('counts calendar days of the reader, not spans of 24 hours', () => {
    // 16:00 UTC is the 24th in Tokyo and still the 23rd in New York, where "now" is the 22nd.
    expect(daysUntil('2026-11-23T16:00:00Z', tokyo)).toBe(1);
    expect(daysUntil('2026-11-23T16:00:00Z', york)).toBe(1);
    expect(daysUntil('2026-11-23T14:59:59Z', tokyo)).toBe(0);
    expect(daysUntil('2026-11-22T14:59:59Z', tokyo)).toBe(-1);
  });

  it('is not disturbed by a change of summer time', () => {
    const before = { locale: 'en', now: new Date('2026-10-31T12:00:00Z'), zone: 'America/New_York' };
    expect(daysUntil('2026-11-02T12:00:00Z', before)).toBe(2);
  });
});

describe('dates', () => {
  it('name the year only when it is another one', () => {
    expect(shortDate('2026-11-26T00:00:00Z', tokyo)).toBe('26 Nov');
    expect(shortDate('2025-11-26T00:00:00Z', tokyo)).toBe('26 Nov 2025');
  });

  it('take the year of the reader’s zone', () => {
    expect(shortDate('2026-12-31T16:00:00Z', tokyo)).toBe('1 Jan 2027');
    expect(shortDate('2026-12-31T16:00:00Z', york)).toBe('31 Dec');
  });

  it('are Japanese in Japanese', () => {
    expect(shortDate('2026-11-26T00:00:00Z', { ...tokyo, locale: 'ja' })).toBe('11月26日');
    expect(plainDay('2026-11-26', 'ja')).toBe('2026年11月26日');
    expect(dateTime('2026-11-26T00:30:00Z', { ...tokyo, locale: 'ja' })).toContain('9:30');
  });
});

describe('relative times', () => {
  it.each([
    ['2026-11-23T00:59:50Z', 'now'],
    ['2026-11-23T00:30:00Z', '30 minutes ago'],
    ['2026-11-22T20:00:00Z', '5 hours ago'],
    ['2026-11-22T00:00:00Z', 'yesterday'],
    ['2026-11-26T01:00:00Z', 'in 3 days'],
    ['2026-08-23T01:00:00Z', '3 months ago'],
    ['2024-11-23T01:00:00Z', '2 years ago'],
  ])('%s is "%s"', (at, words) => {
    expect(relative(at, tokyo)).toBe(words);
  });
});

it('durations take the largest whole unit', () => {
  expect(duration(59, 'en')).toBe('59 seconds');
  expect(duration(3_599, 'en')).toBe('59 minutes');
  expect(duration(90_000, 'en')).toBe('1 day');
  expect(duration(7_200, 'ja')).toMatch(/2\s?時間/);
});

it('days are added across months and leap years', () => {
  expect(addDays('2026-11-30', 1)).toBe('2026-12-01');
  expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
  expect(addDays('2026-01-01', -1)).toBe('2025-12-31');
});
