// SPDX-License-Identifier: Apache-2.0
// Files on their way in: each waits, is sent, is read, and ends in what changed or in why it was refused.
import { Problem, uploadWatched, type Query } from '../api/client';

export interface ImportAnswer {
  asset_id?: string | null;
  asset_name?: string | null;
  format?: string | null;
  components?: number;
  added?: number;
  removed?: number;
  unchanged?: number;
  state: string;
  warnings?: (string | { message?: string; place?: string | null })[];
}

export type QueueState = 'waiting' | 'sending' | 'reading' | 'done' | 'refused';

/** Two at a time: one is read while the next is on its way. */
const AT_ONCE = 2;

export class QueuedFile {
  readonly file: File;
  readonly query: Query;
  state = $state<QueueState>('waiting');
  sent = $state(0);
  answer = $state.raw<ImportAnswer | null>(null);
  problem = $state.raw<Problem | null>(null);

  constructor(file: File, query: Query) {
    this.file = file;
    this.query = query;
  }
}

export class ImportQueue {
  files = $state<QueuedFile[]>([]);
  #abort = new AbortController();
  #working = 0;

  get open(): number {
    return this.files.filter((each) => !['done', 'refused'].includes(each.state)).length;
  }

  count(state: QueueState): number {
    return this.files.filter((each) => each.state === state).length;
  }

  add(files: File[], query: Query): void {
    this.files.push(...files.map((file) => new QueuedFile(file, query)));
    while (this.#working < Math.min(AT_ONCE, this.open)) void this.#work();
  }

  again(entry: QueuedFile): void {
    entry.state = 'waiting';
    entry.problem = null;
    entry.sent = 0;
    if (this.#working < AT_ONCE) void this.#work();
  }

  clear(): void {
    this.files = this.files.filter((each) => !['done', 'refused'].includes(each.state));
  }

  stop(): void {
    this.#abort.abort();
  }

  async #work(): Promise<void> {
    this.#working += 1;
    for (let next = this.#next(); next && !this.#abort.signal.aborted; next = this.#next()) await this.#send(next);
    this.#working -= 1;
  }

  #next(): QueuedFile | undefined {
    return this.files.find((each) => each.state === 'waiting');
  }

  async #send(entry: QueuedFile): Promise<void> {
    entry.state = 'sending';
    try {
      entry.answer = await uploadWatched<ImportAnswer>('/inventory/imports', entry.file, entry.query, (share) => {
        entry.sent = share;
        if (share >= 1) entry.state = 'reading';
      }, this.#abort.signal);
      entry.state = 'done';
    } catch (cause) {
      entry.problem = cause instanceof Problem ? cause : new Problem({ title: 'page-error', status: 0, detail: String(cause) });
      entry.state = 'refused';
    }
  }
}
