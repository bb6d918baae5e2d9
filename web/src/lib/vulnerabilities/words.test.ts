// SPDX-License-Identifier: Apache-2.0
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { setLocale } from '../i18n/index.svelte';
import { changeText, isWebAddress } from './words';

const change = (kind: string, old: string, next: string) => ({ at: '2026-01-01T00:00:00Z', feed: 'test', what: 'in words', kind, old, new: next, record: '' });

describe('a change in words', () => {
  beforeAll(async () => {
    vi.stubGlobal('document', { documentElement: { lang: '' } });
    await setLocale('ja');
  });

  it('is told in the language of the reader', () => {
    expect(changeText(change('severity', 'high', 'critical'))).toMatch(/深刻度：.+ → .+/);
    expect(changeText(change('exploited', 'false', 'true'))).toBe('悪用確認済みとして掲載');
    expect(changeText(change('fixed', '', 'PyPI demo 1.2'))).toBe('修正版：– → PyPI demo 1.2');
  });

  it('falls back to the words of an older version', () => {
    expect(changeText(change('text', '', ''))).toBe('in words');
  });

  it('makes links of web addresses only', () => {
    expect(isWebAddress('https://demo.example/')).toBe(true);
    expect(isWebAddress('javascript:alert(1)')).toBe(false);
  });
});
