// SPDX-License-Identifier: Apache-2.0
import { Problem } from '../api/client';
import { t } from '../i18n/index.svelte';

interface Toast {
  id: number;
  text: string;
  bad: boolean;
}

class Toasts {
  items = $state<Toast[]>([]);
  #next = 1;

  say(text: string, bad = false): void {
    const id = this.#next++;
    this.items.push({ id, text, bad });
    setTimeout(() => this.drop(id), bad ? 12_000 : 4_000);
  }

  drop(id: number): void {
    this.items = this.items.filter((each) => each.id !== id);
  }

  /** Runs an action; its failure is said with the server's own words and hint. */
  async attempt(action: () => Promise<unknown>, done?: string): Promise<boolean> {
    try {
      await action();
      if (done) this.say(done);
      return true;
    } catch (cause) {
      const problem = cause instanceof Problem ? cause : null;
      const first = problem?.body.code === 'unreachable' ? t('problem-unreachable') : (problem?.body.detail ?? problem?.body.title ?? String(cause));
      this.say([first, problem?.body.hint].filter(Boolean).join(' — '), true);
      return false;
    }
  }
}

export const toasts = new Toasts();
