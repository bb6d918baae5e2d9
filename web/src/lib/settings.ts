// SPDX-License-Identifier: Apache-2.0
// What a company decides for the whole instance, by the part of the product that it governs.

export interface Setting {
  name: string;
  text_key: string;
  value: number | string;
  default: number | string;
  values: { kind: 'whole'; unit: string; least: number; most: number } | { kind: 'choice'; words: string[] };
  version: number;
  changed_at?: string | null;
  changed_by?: string | null;
}

export const unitWordKey: Record<string, string> = {
  minutes: 'setting-unit-minutes',
  hours: 'setting-unit-hours',
  days: 'setting-unit-days',
  percent: 'setting-unit-percent',
  components: 'setting-unit-components',
};

export const settingWordKey: Record<string, string> = {
  off: 'setting-word-off',
  on: 'setting-word-on',
  internet: 'setting-word-internet',
  partner: 'setting-word-partner',
  any: 'setting-word-any',
  high: 'setting-word-high',
  moderate: 'setting-word-moderate',
};

/** A month by its number, as the reader's language calls it. */
export function yearMonth(number: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { month: 'long', timeZone: 'UTC' }).format(new Date(`2001-${number}-15T00:00:00Z`));
}

export const languageName: Record<string, string> = { en: 'English', ja: '日本語' };

const PARTS: readonly [key: string, prefixes: string[]][] = [
  ['settings-part-people', ['default-locale', 'session-', 'sign-in-']],
  ['settings-part-inventory', ['asset-', 'inventory-']],
  ['settings-part-clock', ['remind-', 'escalate-', 'pause-', 'hazard-', 'maturity-', 'group-zone', 'fiscal-year-']],
  ['settings-part-feeds', ['feed-', 'advisory-']],
];

/** In the order of the parts; what no part claims stands last. */
export function settingParts(settings: readonly Setting[]): { key: string; settings: Setting[] }[] {
  const rest = new Set(settings);
  const parts = PARTS.map(([key, prefixes]) => {
    const mine = settings.filter((each) => prefixes.some((prefix) => each.name.startsWith(prefix)));
    for (const each of mine) rest.delete(each);
    return { key, settings: mine };
  });
  return [...parts, { key: 'settings-part-rest', settings: [...rest] }].filter((part) => part.settings.length > 0);
}
