// SPDX-License-Identifier: Apache-2.0
import { Problem } from './client';

/**
 * One thing that a page reads from the server.
 *
 * While it loads again, what was there stays on screen; `slow` turns true only after 300 ms, so
 * that quick answers never flash a skeleton; an answer that was overtaken is dropped.
 */
export class Resource<T> {
  data = $state.raw<T | undefined>(undefined);
  problem = $state.raw<Problem | undefined>(undefined);
  loading = $state(true);
  slow = $state(false);
  #load: (signal: AbortSignal) => Promise<T>;
  #abort: AbortController | undefined;

  constructor(load: (signal: AbortSignal) => Promise<T>) {
    this.#load = load;
  }

  async reload(load: (signal: AbortSignal) => Promise<T> = this.#load): Promise<void> {
    this.#load = load;
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.loading = true;
    const timer = setTimeout(() => (this.slow = this.#abort === abort), 300);
    try {
      const data = await load(abort.signal);
      if (this.#abort !== abort) return;
      this.data = data;
      this.problem = undefined;
    } catch (cause) {
      if (this.#abort !== abort || abort.signal.aborted) return;
      this.problem = cause instanceof Problem ? cause : new Problem({ title: 'page-error', status: 0, detail: String(cause) });
    } finally {
      clearTimeout(timer);
      if (this.#abort === abort) {
        this.loading = false;
        this.slow = false;
      }
    }
  }

  stop(): void {
    this.#abort?.abort();
  }
}

/** Loads whenever what `make` reads changes. `make` returns the loader, or null for "not now". */
export function resource<T>(make: () => ((signal: AbortSignal) => Promise<T>) | null): Resource<T> {
  const held = new Resource<T>(() => new Promise(() => {}));
  $effect(() => {
    const load = make();
    if (load) void held.reload(load);
    else held.loading = false;
    return () => held.stop();
  });
  return held;
}
