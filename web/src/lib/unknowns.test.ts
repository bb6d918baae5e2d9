// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bundle as en } from './i18n/en';
import { bundle as ja } from './i18n/ja';
import { named, SENTENCES } from './unknowns';

const engine = readFileSync(fileURLToPath(new URL('../../../crates/hinomi-match/src/query.rs', import.meta.url)), 'utf8');

describe('why something is unknown', () => {
  it('is worded as the engine words it', () => {
    const reasons = engine.slice(engine.indexOf('pub enum UnknownReason'), engine.indexOf('impl UnknownReason'));
    const worded = [...reasons.matchAll(/#\[error\("([^"]+)"\)\]\s+(\w+)/g)].map(([, text, name]) => [name!.replaceAll(/(?<!^)[A-Z]/g, '-$&').toLowerCase(), text]);
    expect(worded.length).toBeGreaterThan(10);
    expect(SENTENCES).toEqual(Object.fromEntries(worded));
  });

  it('keeps what it names', () => {
    expect(named('no-data-for-ecosystem', 'no advisories for Alpine')).toEqual({ ecosystem: 'Alpine' });
    expect(named('end-of-life', 'Red Hat 6 is past its end of life since 2020-11-30')).toEqual({ ecosystem: 'Red', release: 'Hat 6', since: '2020-11-30' });
    expect(named('third-party-origin', 'built by a third party (deb.nodesource.com), no advisories of that origin')).toEqual({ marker: 'deb.nodesource.com' });
    expect(named('no-version', 'worded otherwise')).toBeNull();
    expect(named('something-new', 'anything')).toBeNull();
  });

  it('is told in both languages, with everything that it names, in the same order', () => {
    for (const [reason, sentence] of Object.entries(SENTENCES)) {
      const parts = named(reason, sentence)!;
      for (const bundle of [en, ja]) {
        const message = bundle.getMessage(`unknown-detail-${reason}`);
        expect(message?.value, reason).toBeTruthy();
        const told = bundle.formatPattern(message!.value!, parts);
        for (const part of Object.values(parts)) expect(told).toContain(part);
        // Where a name ends cannot be told from the one that follows it: they stand side by side in every language.
        if (parts.release) expect(told).toContain(`${parts.ecosystem} ${parts.release}`);
      }
    }
  });
});
