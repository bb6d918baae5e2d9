// SPDX-License-Identifier: Apache-2.0
import type { FluentBundle, FluentVariable } from '@fluent/bundle';

export type Locale = 'en' | 'ja';
export type Args = Record<string, FluentVariable>;

let current = $state<Locale>('en');
let bundle = $state.raw<FluentBundle | null>(null);

export function locale(): Locale {
  return current;
}

/**
 * Each language is a file of its own, fetched when it is chosen. What is chosen in this browser is
 * remembered here and then wins over what the person chose elsewhere.
 */
export async function setLocale(next: Locale, remember = false): Promise<void> {
  const made = next === 'ja' ? await import('./ja') : await import('./en');
  bundle = made.bundle;
  current = next;
  document.documentElement.lang = next;
  if (remember) localStorage.setItem('hinomi.locale', next);
}

/** The text of a message. A missing message shows its key, which the catalogue test refuses. */
export function t(id: string, args?: Args): string {
  const message = bundle?.getMessage(id);
  if (!bundle || !message?.value) return id;
  return bundle.formatPattern(message.value, args ?? null);
}

/** "Ticket: openssl", with the mark that the language sets between the two. */
export function labelled(label: string, value: string): string {
  return t('labelled', { label, value });
}

/** The Japanese name for readers of Japanese, where there is one. */
export function eitherName(name: string, name_ja?: string | null): string {
  return current === 'ja' && name_ja ? name_ja : name;
}

/** A name in the reader's language where the record has one. */
export function named(record: { name: string; name_ja?: string | null; name_native?: string | null }): string {
  if (current === 'ja') return record.name_ja || record.name_native || record.name;
  return record.name;
}
