// SPDX-License-Identifier: Apache-2.0
// What an asset carried on one day and on another: come, gone, and the same package in another version.
import { get } from '../api/client';
import type { Component, Page } from '../api/types';

export interface Between {
  added: Component[];
  removed: Component[];
  changed: { name: string; from: string; to: string; component: Component }[];
}

/** One package in one place; two versions of it at once stay two. */
function packageOf(component: Component): string {
  return [component.ecosystem ?? '', component.release ?? '', component.name, component.arch ?? ''].join(' ');
}

function byPackage(components: readonly Component[]): Map<string, Component[]> {
  const found = new Map<string, Component[]>();
  for (const each of components) found.set(packageOf(each), [...(found.get(packageOf(each)) ?? []), each]);
  return found;
}

export function between(before: readonly Component[], after: readonly Component[]): Between {
  const stayed = new Set(before.map((each) => each.id));
  const still = new Set(after.map((each) => each.id));
  const gone = byPackage(before.filter((each) => !still.has(each.id)));
  const come = byPackage(after.filter((each) => !stayed.has(each.id)));
  const difference: Between = { added: [], removed: [], changed: [] };
  for (const [name, new_ones] of come) {
    const old_ones = gone.get(name) ?? [];
    if (new_ones.length === 1 && old_ones.length === 1) {
      difference.changed.push({ name: new_ones[0]!.name, from: old_ones[0]!.version ?? '', to: new_ones[0]!.version ?? '', component: new_ones[0]! });
      gone.delete(name);
    } else difference.added.push(...new_ones);
  }
  for (const old_ones of gone.values()) difference.removed.push(...old_ones);
  return difference;
}

const PAGES_AT_MOST = 100;

async function carried(asset: string, at: string | null, signal: AbortSignal): Promise<Component[]> {
  const all: Component[] = [];
  let after: string | undefined;
  for (let page = 0; page < PAGES_AT_MOST; page += 1) {
    const answer = await get<Page<Component>>(`/assets/${asset}/components`, { at, after, limit: 200 }, signal);
    all.push(...answer.items);
    if (!answer.next) break;
    after = answer.next;
  }
  return all;
}

/** Both days end at midnight UTC; without a last day it is now. */
export async function loadBetween(asset: string, from: string, to: string | null, signal: AbortSignal): Promise<Between> {
  const [before, after] = await Promise.all([carried(asset, from, signal), carried(asset, to, signal)]);
  return between(before, after);
}
