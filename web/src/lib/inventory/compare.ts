// SPDX-License-Identifier: Apache-2.0
// The thing in question beside what it may be: one line per identifier, and where the lines agree.
import type { Candidate, SourceRecord } from './api';

export const IDENTIFIERS = ['agent_ids', 'cloud_id', 'serial', 'vendor', 'uuid', 'asset_tag', 'macs', 'fqdns', 'hostnames', 'ips'] as const;
export type IdentifierKey = (typeof IDENTIFIERS)[number];

export interface Line {
  key: IdentifierKey;
  /** A column for the thing in question, then one for each candidate. */
  columns: { values: { text: string; shared: boolean }[]; against: boolean }[];
}

function valuesOf(records: SourceRecord[], key: IdentifierKey): string[] {
  return [...new Set(records.flatMap((record) => record.identifiers[key] ?? []))];
}

const plain = (text: string) => text.toLowerCase();

/** Only what somebody states; a value that the other side states too is marked, as is a pair of sides that share none. */
export function comparison(subject: Candidate, candidates: Candidate[]): Line[] {
  return IDENTIFIERS.flatMap((key) => {
    const mine = valuesOf(subject.records, key);
    const theirs = candidates.map((candidate) => valuesOf(candidate.records, key));
    if (mine.length === 0 && theirs.every((values) => values.length === 0)) return [];
    const told = new Set(theirs.flat().map(plain));
    const known = new Set(mine.map(plain));
    const columns = [
      { values: mine.map((text) => ({ text, shared: told.has(plain(text)) })), against: false },
      ...theirs.map((values) => ({
        values: values.map((text) => ({ text, shared: known.has(plain(text)) })),
        against: mine.length > 0 && values.length > 0 && !values.some((text) => known.has(plain(text))),
      })),
    ];
    return [{ key, columns }];
  });
}
