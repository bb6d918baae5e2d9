// SPDX-License-Identifier: Apache-2.0
// What a person keeps of a list in this browser: named filters, and which columns are shown.

export interface SavedView {
  name: string;
  /** The address's query, without its page. */
  query: string;
}

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
const isViews = (value: unknown): value is SavedView[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'object' && each !== null && typeof (each as SavedView).name === 'string' && typeof (each as SavedView).query === 'string');

/** A list's query without what only names its page. */
export function filterOf(search: string): string {
  const query = new URLSearchParams(search);
  for (const key of ['after', 'p']) query.delete(key);
  query.sort();
  return query.toString();
}

export class Kept {
  views = $state<SavedView[]>([]);
  hidden = $state<string[]>([]);
  readonly #list: string;
  readonly #store: Store;

  constructor(list: string, store: Store = localStorage, hidden: string[] = []) {
    this.#list = list;
    this.#store = store;
    this.views = read(store, `hinomi.views.${list}`, [], isViews);
    this.hidden = read(store, `hinomi.columns.${list}`, hidden, isWords);
  }

  /** The same name again replaces what it stood for. */
  save(name: string, search: string): void {
    const rest = this.views.filter((view) => view.name !== name);
    this.views = [...rest, { name, query: filterOf(search) }];
    this.#write('views', this.views);
  }

  drop(name: string): void {
    this.views = this.views.filter((view) => view.name !== name);
    this.#write('views', this.views);
  }

  shows(column: string): boolean {
    return !this.hidden.includes(column);
  }

  toggle(column: string): void {
    this.hidden = this.shows(column) ? [...this.hidden, column] : this.hidden.filter((each) => each !== column);
    this.#write('columns', this.hidden);
  }

  #write(what: string, value: unknown): void {
    this.#store.setItem(`hinomi.${what}.${this.#list}`, JSON.stringify(value));
  }
}
