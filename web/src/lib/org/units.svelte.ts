// SPDX-License-Identifier: Apache-2.0
// The reader's organisation tree, read once: for names in the reader's language, paths, pickers.
import { get } from '../api/client';
import type { Page, UnitNode } from '../api/types';
import { named } from '../i18n/index.svelte';
import { treeRows, type TreeRow } from './tree';

class Units {
  all = $state.raw<UnitNode[]>([]);
  loaded = $state(false);
  #byId = $derived(new Map(this.all.map((unit) => [unit.id, unit])));
  #loading: Promise<void> | undefined;

  load(): Promise<void> {
    this.#loading ??= this.refresh();
    return this.#loading;
  }

  async refresh(): Promise<void> {
    try {
      this.all = (await get<Page<UnitNode>>('/units')).items;
      this.loaded = true;
    } catch {
      // A reader without the right to the tree still gets every page; names then come from the rows.
      this.loaded = true;
    }
  }

  find(id: string | null | undefined): UnitNode | undefined {
    return id ? this.#byId.get(id) : undefined;
  }

  /** Never nothing for a unit: a link to it must have a text while the tree is still on its way. */
  name(id: string | null | undefined, otherwise = ''): string {
    const unit = this.find(id);
    return unit ? named(unit) : otherwise || (id ? '…' : '');
  }

  /** What the unit stands in, for names that many companies share. */
  place(id: string | null | undefined): string {
    const parent = this.find(this.find(id)?.parent_id);
    return parent && parent.kind !== 'group' ? named(parent) : '';
  }

  /** From the top of what the reader sees down to the unit itself. */
  path(id: string | null | undefined): UnitNode[] {
    const path: UnitNode[] = [];
    for (let unit = this.find(id); unit && !path.includes(unit); unit = this.find(unit.parent_id)) path.unshift(unit);
    return path;
  }

  /** Units whose parent the reader does not see: where their picture begins. */
  roots(): UnitNode[] {
    return this.all.filter((unit) => !unit.parent_id || !this.#byId.has(unit.parent_id));
  }

  children(id: string): UnitNode[] {
    return this.all.filter((unit) => unit.parent_id === id);
  }

  ordered(): TreeRow[] {
    return treeRows(this.all);
  }
}

export const units = new Units();
