// SPDX-License-Identifier: Apache-2.0
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { setLocale } from '../i18n/index.svelte';
import { didWhat, fieldName, inWords, jobName, jobText } from './trail';

describe('the audit trail in words', () => {
  beforeAll(async () => {
    vi.stubGlobal('document', { documentElement: { lang: '' } });
    await setLocale('en');
  });

  it('says what was done to what, and of the history of one thing only what was done', () => {
    expect(didWhat('asset.create')).toBe('Asset: created');
    expect(didWhat('created')).toBe('created');
    expect(didWhat('session.end_others')).toBe('Session: ended elsewhere');
  });

  it('hides nothing that it has no word for', () => {
    expect(didWhat('rocket.launch')).toBe('rocket: launch');
    expect(fieldName('fuel_left')).toBe('fuel left');
    expect(jobText('{"fuel_left":3}')).toBe('fuel left 3');
    expect(jobName('rocket.launch')).toBe('rocket launch');
  });

  it('writes records and lists as words', () => {
    expect(inWords({ confidentiality: 'high', integrity: 'low' })).toBe('Confidentiality high · Integrity low');
    expect(inWords(['a', 'b'])).toBe('a, b');
    expect(inWords({})).toBe('–');
    expect(inWords('2026-11-24T20:53:24.987969Z')).toMatch(/Nov 2026, \d\d:53/);
  });

  it('says of a job what it did, not what it did not', () => {
    expect(jobText('{"records":90,"created":0,"changed":90}')).toBe('Records 90 · Changed 90');
    expect(jobText('{"closed":[],"previewed":"2026-11"}')).toBe('Previewed month 2026-11');
    expect(jobText('{"hazards":{"opened":0,"mails":0},"directives":{"measured":2,"mails":0}}')).toBe('Directives measured 2');
    expect(jobText('{"made":[],"mails":0}')).toBe('');
    expect(jobText('12 of 30 feeds')).toBe('12 of 30 feeds');
    expect(jobText('{broken')).toBe('{broken');
  });
});
