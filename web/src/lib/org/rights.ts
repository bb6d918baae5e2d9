// SPDX-License-Identifier: Apache-2.0
// Where a permission holds: a seat gives it in its unit and everything below. Pages ask this before
// they offer a button, so that none of them ends in a refusal; the server decides all the same.
import { me } from '../session.svelte';
import { units } from './units.svelte';

export interface HeldSeat {
  unit_id: string;
  permissions?: string[];
}

/** `path` leads from the top down to the unit itself; a seat at the root also holds where no unit is left. */
export function allowed(seats: HeldSeat[], permission: string, path: string[], isRoot: (unit: string) => boolean): boolean {
  return seats.some((seat) => (seat.permissions ?? []).includes(permission) && (path.includes(seat.unit_id) || isRoot(seat.unit_id)));
}

/** What belongs to the whole instance (policy, feeds, settings) needs a seat at the root. */
export function canEverywhere(permission: string): boolean {
  return (me.session?.seats ?? []).some((seat) => (seat.permissions ?? []).includes(permission) && units.find(seat.unit_id)?.depth === 0);
}

export function canIn(permission: string, unit: string | null | undefined): boolean {
  if (!me.can(permission)) return false;
  const path = units.path(unit).map((each) => each.id);
  return allowed(me.session?.seats ?? [], permission, path, (id) => units.find(id)?.depth === 0);
}
