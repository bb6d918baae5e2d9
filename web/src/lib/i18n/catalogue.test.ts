// SPDX-License-Identifier: Apache-2.0
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FluentResource, type Message } from '@fluent/bundle';
import { describe, expect, it } from 'vitest';
import { bundle as en } from './en';
import { bundle as ja } from './ja';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

function messages(language: string): Map<string, Message> {
  const folder = join(root, 'locales', language);
  const found = new Map<string, Message>();
  for (const file of readdirSync(folder)) {
    for (const entry of new FluentResource(readFileSync(join(folder, file), 'utf8')).body) found.set(entry.id, entry as Message);
  }
  return found;
}

/** The names of the arguments that a message uses, wherever they stand. */
function variables(part: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(part)) for (const each of part) variables(each, found);
  else if (part && typeof part === 'object') {
    const node = part as { type?: string; name?: string };
    if (node.type === 'var' && node.name) found.add(node.name);
    for (const each of Object.values(part)) variables(each, found);
  }
  return found;
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'mocks' ? [] : sources(path);
    return /\.(svelte|ts)$/.test(entry.name) && !entry.name.endsWith('.test.ts') ? [readFileSync(path, 'utf8')] : [];
  });
}

const english = messages('en');
const japanese = messages('ja');

describe('the catalogue', () => {
  it('has the same messages in both languages', () => {
    expect([...japanese.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it('fills the same arguments in both languages', () => {
    for (const [id, message] of english) {
      expect([id, [...variables(japanese.get(id)?.value)].sort()]).toEqual([id, [...variables(message.value)].sort()]);
    }
  });

  it('has every message that the pages ask for', () => {
    const asked = new Set(sources(join(root, 'web/src')).flatMap((text) => [...text.matchAll(/(?<![\w.])t\(\s*'([a-z0-9-]+)'/g)].map((match) => match[1]!)));
    expect(asked.size).toBeGreaterThan(300);
    expect([...asked].filter((id) => !english.has(id))).toEqual([]);
  });

  it('is not English where it should be Japanese', () => {
    const same = [...english.keys()].filter((id) => {
      const text = JSON.stringify(english.get(id)?.value);
      return text === JSON.stringify(japanese.get(id)?.value) && /[a-z]{4,} [a-z]{3,}/.test(text);
    });
    expect(same).toEqual([]);
  });
});

function say(bundle: typeof en, id: string, args: Record<string, string | number>): string {
  const errors: Error[] = [];
  const text = bundle.formatPattern(bundle.getMessage(id)!.value!, args, errors);
  expect(errors).toEqual([]);
  return text;
}

describe('plurals and numbers', () => {
  it('follow each language', () => {
    expect(say(en, 'group-tickets', { count: 1 })).toBe('1 ticket');
    expect(say(en, 'group-tickets', { count: 1234 })).toBe('1,234 tickets');
    expect(say(ja, 'group-tickets', { count: 1234 })).toBe('1,234 件');
    expect(say(en, 'due-overdue-days', { days: 1 })).toBe('1 day overdue');
    expect(say(en, 'affected-answer', { systems: 1, assets: 2 })).toBe('1 system is affected, on 2 assets.');
  });
});
