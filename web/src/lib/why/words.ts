// SPDX-License-Identifier: Apache-2.0
import type { Why } from '../api/types';
import { t } from '../i18n/index.svelte';

/** "Debian/zlib" is how the index keys a package; people say "zlib". */
function plainPackage(name: string | null | undefined): string | null {
  return name?.replace(/^(?:[A-Z][\w .:-]*|npm|crates\.io)\//, '') ?? null;
}

/** The match in plain words, in the reader's language, from the evidence that the server keeps. */
export function plainWords(why: Why): string[] {
  const words: string[] = [];
  const { installed, release, interval } = why;
  const name = plainPackage(why.package);
  if (installed && name) words.push(release ? t('why-installed-in', { package: name, version: installed, release }) : t('why-installed', { package: name, version: installed }));
  if (why.advisory && name) words.push(t('why-named', { record: why.advisory, package: name }));
  if (installed && interval?.fixed) words.push(t('why-before-fix', { installed, fixed: interval.fixed }));
  else if (installed && interval?.last_affected) words.push(t('why-until-last', { installed, last: interval.last_affected }));
  else if (interval) words.push(t('why-no-fix'));
  return words;
}
