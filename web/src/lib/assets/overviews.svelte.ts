// SPDX-License-Identifier: Apache-2.0
// What is wrong with each asset of a list: asked at once for all of them, after the list itself stands.
import { SvelteMap } from 'svelte/reactivity';
import { get } from '../api/client';
import type { Asset, Page } from '../api/types';
import { me } from '../session.svelte';

export type Overview = Pick<Asset, 'components' | 'open_findings' | 'unknowns'> & { id: string };

const AT_ONCE = 100;

export class Overviews {
  #known = new SvelteMap<string, Overview>();
  #run = 0;

  of(id: string): Overview | undefined {
    return this.#known.get(id);
  }

  /** Starts over for these assets; what an earlier list still waits for is dropped. */
  async load(ids: string[]): Promise<void> {
    const run = ++this.#run;
    if (!me.can('FindingRead')) return;
    this.#known.clear();
    for (let from = 0; from < ids.length && run === this.#run; from += AT_ONCE) {
      const answer = await get<Page<Overview>>('/risk/assets', { ids: ids.slice(from, from + AT_ONCE).join(',') }).catch(() => undefined);
      if (run !== this.#run) return;
      for (const overview of answer?.items ?? []) this.#known.set(overview.id, overview);
    }
  }
}
