// SPDX-License-Identifier: Apache-2.0
// What a person keeps of a list in this browser: which columns are shown.

interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

function read<T>(store: Store, key: string, otherwise: T, fits: (value: unknown) => value is T): T {
  try {
    const value: unknown = JSON.parse(store.getItem(key) ?? 'null');
    return fits(value) ? value : otherwise;
  } catch {
    return otherwise;
  }
}

const isWords = (value: unknown): value is string[] => Array.isArray(value) && value.every((each) => typeof each === 'string');

/** A list's query without what only names its page. */
export function filterOf(search: string): string {
  const query = new URLSearchParams(search);
  for (const key of ['after', 'p']) query.delete(key);
  query.sort();
  return query.toString();
}

export class Kept {
  hidden = $state<string[]>([]);
  readonly #list: string;
  readonly #store: Store;

  constructor(list: string, store: Store = localStorage, hidden: string[] = []) {
    this.#list = list;
    this.#store = store;
    this.hidden = read(store, `hinomi.columns.${list}`, hidden, isWords);
  }

  shows(column: string): boolean {
    return !this.hidden.includes(column);
  }

  toggle(column: string): void {
    this.hidden = this.shows(column) ? [...this.hidden, column] : this.hidden.filter((each) => each !== column);
    this.#store.setItem(`hinomi.columns.${this.#list}`, JSON.stringify(this.hidden));
  }
}
