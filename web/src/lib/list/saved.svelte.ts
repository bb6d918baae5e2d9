// SPDX-License-Identifier: Apache-2.0
// Named filters of a list, kept by the server: a person's own on every machine, and those that others share.
import { get, send } from '../api/client';
import { filterOf } from './kept.svelte';

export interface SavedFilter {
  id: string;
  name: string;
  query: string;
  shared: boolean;
  own: boolean;
  person: string;
}

export class SavedFilters {
  items = $state.raw<SavedFilter[]>([]);
  readonly #list: string;

  constructor(list: string) {
    this.#list = list;
  }

  /** Whoever may not read the list has none. */
  async load(): Promise<void> {
    this.items = await get<SavedFilter[]>('/saved-filters', { list: this.#list }).catch(() => []);
  }

  /** The same name again replaces what it stood for. */
  async save(name: string, search: string, shared: boolean): Promise<void> {
    await send('POST', '/saved-filters', { list: this.#list, name, query: filterOf(search), shared });
    await this.load();
  }

  async drop(id: string): Promise<void> {
    await send('DELETE', `/saved-filters/${id}`);
    await this.load();
  }
}
