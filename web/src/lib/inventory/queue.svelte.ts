// SPDX-License-Identifier: Apache-2.0
// Files on their way in: each waits, is sent, is read, and ends in a result per document or in why it was refused.
import { Problem, uploadWatched, type Query } from '../api/client';

/** One asset's inventory, taken in. */
export interface Imported {
  asset_id: string;
  asset?: string;
  components: number;
  added: number;
  removed: number;
  unchanged: number;
  state: string;
  format?: string | null;
  scan?: ScansTaken | null;
  warnings?: string[];
}

/** What a scanner's report brought. */
export interface ScansTaken {
  scans: number;
  observations: number;
  new: number;
  ended: number;
  unchanged: number;
  older: number;
}

/** What became of one document of a file. */
export interface FileResult {
  file: string;
  outcome: 'inventory' | 'assets' | 'failed' | (string & {});
  format: string;
  inventory?: Imported | null;
  records?: { new: number; changed: number; unchanged: number; older: number } | null;
  contents?: { inventories: number; components: number; scans: ScansTaken; in_question: number } | null;
  message: string;
  code: string;
  warnings: string[];
}

export interface Reconciled {
  created?: number;
  changed?: number;
  questions_opened?: number;
  failed?: number;
}

export type QueueState = 'waiting' | 'sending' | 'reading' | 'done' | 'refused';

/** Two at a time: one is read while the next is on its way. */
const AT_ONCE = 2;

export class QueuedFile {
  readonly file: File;
  query: Query;
  state = $state<QueueState>('waiting');
  sent = $state(0);
  results = $state.raw<FileResult[]>([]);
  reconciled = $state.raw<Reconciled | null>(null);
  problem = $state.raw<Problem | null>(null);

  constructor(file: File, query: Query) {
    this.file = file;
    this.query = query;
  }
}

/** Whatever it is: one inventory, a list of many assets, an archive of both. */
async function send(entry: QueuedFile, sent: (share: number) => void, signal: AbortSignal): Promise<{ files: FileResult[]; reconciled: Reconciled | null }> {
  return uploadWatched('/inventory/files', entry.file, { ...entry.query, name: entry.file.name }, sent, signal);
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

  /** Once more; as this asset, where the file did not say what it is about. */
  again(entry: QueuedFile, asset?: string): void {
    if (asset) entry.query = { ...entry.query, asset };
    entry.state = 'waiting';
    entry.problem = null;
    entry.results = [];
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
    for (let next = this.#next(); next && !this.#abort.signal.aborted; next = this.#next()) await this.#take(next);
    this.#working -= 1;
  }

  #next(): QueuedFile | undefined {
    return this.files.find((each) => each.state === 'waiting');
  }

  async #take(entry: QueuedFile): Promise<void> {
    entry.state = 'sending';
    const watch = (share: number) => {
      entry.sent = share;
      if (share >= 1) entry.state = 'reading';
    };
    try {
      const { files, reconciled } = await send(entry, watch, this.#abort.signal);
      entry.results = files;
      entry.reconciled = reconciled;
      entry.state = files.length > 0 && files.every((each) => each.outcome === 'failed') ? 'refused' : 'done';
    } catch (cause) {
      entry.problem = cause instanceof Problem ? cause : new Problem({ title: 'page-error', status: 0, detail: String(cause) });
      entry.state = 'refused';
    }
  }
}
