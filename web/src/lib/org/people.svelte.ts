// SPDX-License-Identifier: Apache-2.0
// Names of people that records know by id only, asked for once each.
import { SvelteMap } from 'svelte/reactivity';
import { get } from '../api/client';
import type { Person } from '../api/types';
import { named } from '../i18n/index.svelte';
import { me } from '../session.svelte';

const known = new SvelteMap<string, Person | null>();

export function personName(id: string): string {
  if (me.session?.person.id === id) return named(me.session.person);
  const person = known.get(id);
  if (person === undefined) {
    queueMicrotask(() => {
      if (known.has(id)) return;
      known.set(id, null);
      get<Person>(`/people/${id}`).then((found) => known.set(id, found), () => {});
    });
  }
  return person ? named(person) : '…';
}
