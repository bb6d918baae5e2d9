// SPDX-License-Identifier: Apache-2.0
// What is wrong with each asset of a list: asked for a few at a time, after the list itself stands.
import { SvelteMap } from 'svelte/reactivity';
import { get } from '../api/client';
import type { Asset } from '../api/types';
import { me } from '../session.svelte';

export type Overview = Pick<Asset, 'components' | 'open_findings' | 'unknowns' | 'sources'>;

const AT_ONCE = 4;

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
    const waiting = [...ids];
    const worker = async () => {
      for (let id = waiting.shift(); id && run === this.#run; id = waiting.shift()) {
        const overview = await get<Overview>(`/assets/${id}/overview`).catch(() => undefined);
        if (overview && run === this.#run) this.#known.set(id, overview);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }
}
