// SPDX-License-Identifier: Apache-2.0
// The kinds of units from the top down, and which may stand under which; the server's rule.
import type { UnitKind } from '../api/types';

export const RANKS: readonly UnitKind[] = ['group', 'region', 'company', 'department', 'section'];

/** Under a higher kind; companies, departments and sections also under their own. */
export function mayStandUnder(kind: UnitKind, parent: UnitKind): boolean {
  const [at, above] = [RANKS.indexOf(kind), RANKS.indexOf(parent)];
  return above < at || (above === at && at >= RANKS.indexOf('company'));
}
