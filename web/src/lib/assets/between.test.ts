// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { Component } from '../api/types';
import { between } from './between';

const part = (id: number, name: string, version: string): Component => ({ id, name, version, ecosystem: 'Debian', release: '12', arch: 'amd64' });

describe('between two days', () => {
  it('tells what came, what went and what only changed its version', () => {
    const before = [part(1, 'openssl', '3.0.11'), part(2, 'curl', '7.88'), part(3, 'zlib', '1.2')];
    const after = [part(4, 'openssl', '3.0.15'), part(3, 'zlib', '1.2'), part(5, 'jq', '1.6')];
    const difference = between(before, after);
    expect(difference.changed.map((each) => [each.name, each.from, each.to])).toEqual([['openssl', '3.0.11', '3.0.15']]);
    expect(difference.added.map((each) => each.name)).toEqual(['jq']);
    expect(difference.removed.map((each) => each.name)).toEqual(['curl']);
  });

  it('pairs nothing where several versions stand side by side', () => {
    const difference = between([part(1, 'linux-image', '6.1.1')], [part(2, 'linux-image', '6.1.2'), part(3, 'linux-image', '6.1.3')]);
    expect([difference.changed.length, difference.added.length, difference.removed.length]).toEqual([0, 2, 1]);
  });

  it('is empty when nothing changed', () => {
    expect(between([part(1, 'a', '1')], [part(1, 'a', '1')])).toEqual({ added: [], removed: [], changed: [] });
  });
});
