// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { settingParts, type Setting } from './settings';

const setting = (name: string): Setting => ({ name, text_key: `setting-${name}`, value: 1, default: 1, values: { kind: 'whole', unit: 'days', least: 1, most: 9 }, version: 0 });

describe('settings', () => {
  it('stand by part, and one that no part claims is still shown', () => {
    const parts = settingParts([setting('feed-old-hours'), setting('moon-phase'), setting('session-idle-hours')]);
    expect(parts.map((part) => [part.key, part.settings.map((each) => each.name)])).toEqual([
      ['settings-part-people', ['session-idle-hours']],
      ['settings-part-feeds', ['feed-old-hours']],
      ['settings-part-rest', ['moon-phase']],
    ]);
  });
});
