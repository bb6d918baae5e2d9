// SPDX-License-Identifier: Apache-2.0
import { locale } from '../i18n/index.svelte';

/** "November 2026", "2026年11月". */
export function monthName(month: string): string {
  const start = new Date(`${month}-01T00:00:00Z`);
  return new Intl.DateTimeFormat(locale(), { year: 'numeric', month: 'long', timeZone: 'UTC' }).format(start);
}
