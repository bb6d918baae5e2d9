// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { filterOf, Kept } from './kept.svelte';

function shelf(start: Record<string, string> = {}) {
  const held = new Map(Object.entries(start));
  return { getItem: (key: string) => held.get(key) ?? null, setItem: (key: string, value: string) => void held.set(key, value) };
}

describe('what is kept of a list', () => {
  it('is a filter without its page, in one order', () => {
    expect(filterOf('?unit=a&after=xyz&p=3&list=stale')).toBe('list=stale&unit=a');
  });

  it('hides columns and shows them again', () => {
    const store = shelf();
    new Kept('assets', store).toggle('os');
    const again = new Kept('assets', store);
    expect(again.shows('os')).toBe(false);
    again.toggle('os');
    expect(new Kept('assets', store).shows('os')).toBe(true);
  });

  it('is empty when somebody broke it', () => {
    const kept = new Kept('assets', shelf({ 'hinomi.columns.assets': 'not json' }));
    expect(kept.hidden).toEqual([]);
  });
});
