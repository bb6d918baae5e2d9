// SPDX-License-Identifier: Apache-2.0
// A list's filters, sort and page live in the address, so that a link shows a colleague the same
// list and Back goes back. Pure functions on URLs.

export type Changes = Record<string, string | number | boolean | null | undefined>;

const PAGING = ['after', 'p'];

/** The same address with changes; empty values go away, and a changed filter returns to page one. */
export function withParams(url: URL, changes: Changes): string {
  const search = new URLSearchParams(url.search);
  if (!PAGING.some((key) => key in changes)) for (const key of PAGING) search.delete(key);
  for (const [key, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === '' || value === false) search.delete(key);
    else search.set(key, String(value));
  }
  const text = search.toString();
  return url.pathname + (text ? `?${text}` : '');
}

/** The named parameters as an API query; what is absent stays absent. */
export function pick(url: URL, keys: readonly string[]): Record<string, string> {
  const query: Record<string, string> = {};
  for (const key of keys) {
    const value = url.searchParams.get(key);
    if (value) query[key] = value;
  }
  return query;
}

export function isDay(text: string | null): text is string {
  return text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));
}

/** Where sign-in may lead back to: a path of this site and nothing else. */
export function safeNext(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) ? next : '/';
}
