// SPDX-License-Identifier: Apache-2.0
// Why the machine could not judge, in the reader's language. The server keeps the engine's own sentence; what it
// names is taken out of that by the engine's wording, which a test compares with the engine's source.
import { t } from './i18n/index.svelte';

const KINDS: Record<string, string> = {
  'no-identity': 'unknown-no-identity',
  'unreadable-purl': 'unknown-no-identity',
  'unreadable-cpe': 'unknown-no-identity',
  'cpe-too-general': 'unknown-no-identity',
  'index-damaged': 'unknown-index-damaged',
  'unsupported-type': 'unknown-no-feed',
  'version-not-comparable': 'unknown-bad-version',
  'release-missing': 'unknown-no-release',
  'distribution-unknown': 'unknown-no-release',
  'third-party-origin': 'unknown-third-party',
  'no-data-for-ecosystem': 'unknown-no-feed',
  'no-data-for-release': 'unknown-no-data-release',
  'no-version': 'unknown-no-version',
  'end-of-life': 'unknown-end-of-life',
};

/** The engine's sentence of each reason. */
export const SENTENCES: Record<string, string> = {
  'no-identity': 'nothing identifies the package',
  'unreadable-purl': 'the package url cannot be read: {cause}',
  'unreadable-cpe': 'the cpe name cannot be read: {cause}',
  'cpe-too-general': 'the cpe name names no product of a vendor',
  'index-damaged': 'the index is damaged: {section}',
  'unsupported-type': 'no advisory ecosystem stands for packages of type {kind}',
  'no-version': 'the component has no version',
  'version-not-comparable': 'version {version} has no place in the {scheme} order',
  'release-missing': 'the {ecosystem} release is not known',
  'distribution-unknown': 'the distribution is not known',
  'third-party-origin': 'built by a third party ({marker}), no advisories of that origin',
  'no-data-for-ecosystem': 'no advisories for {ecosystem}',
  'no-data-for-release': 'no advisories for {ecosystem} {release}',
  'end-of-life': '{ecosystem} {release} is past its end of life since {since}',
};

/** The kind of a reason in a few words. */
export function unknownKind(reason: string): string {
  return KINDS[reason] ? t(KINDS[reason]) : reason.replaceAll(/[_-]/g, ' ');
}

/** What a sentence of the engine names, by the names of its wording; null when it was worded otherwise. */
export function named(reason: string, text: string): Record<string, string> | null {
  const sentence = SENTENCES[reason];
  if (sentence === undefined) return null;
  const pattern = sentence.split(/(\{\w+\})/).map((part) => (/^\{\w+\}$/.test(part) ? `(?<${part.slice(1, -1)}>.+?)` : part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))).join('');
  const match = new RegExp(`^${pattern}$`, 's').exec(text);
  return match ? { ...match.groups } : null;
}

/** The whole sentence; as the engine worded it where the catalogue does not know it. */
export function unknownDetail(reason: string, text: string): string {
  const parts = named(reason, text);
  return parts ? t(`unknown-detail-${reason}`, parts) : text;
}
