// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { Candidate, SourceRecord } from './api';
import { comparison } from './compare';

function side(...identifiers: SourceRecord['identifiers'][]): Candidate {
  const records = identifiers.map((each, index) => ({ record_id: index, source: 's', source_kind: 'cmdb', rank: 1, key: 'k', name: 'n', observed_at: '2026-01-01T00:00:00Z', identifiers: each, os: {}, attributes: {} }));
  return { record_id: 1, asset_name: 'a', unit_name: '', records };
}

describe('a comparison', () => {
  it('marks what both sides state, whatever its case, and what speaks against', () => {
    const lines = comparison(side({ macs: ['AA:BB'], serial: 'X1' }), [side({ macs: ['aa:bb', 'cc:dd'], serial: 'X2' }, { macs: ['aa:bb'] }), side({ hostnames: ['web'] })]);
    expect(lines.map((line) => line.key)).toEqual(['serial', 'macs', 'hostnames']);
    expect(lines[0]!.columns.map((column) => column.against)).toEqual([false, true, false]);
    expect(lines[1]!.columns[1]!.values).toEqual([{ text: 'aa:bb', shared: true }, { text: 'cc:dd', shared: false }]);
    expect(lines[1]!.columns[0]!.values).toEqual([{ text: 'AA:BB', shared: true }]);
    expect(lines[2]!.columns[0]!.values).toEqual([]);
  });

  it('leaves out what nobody states', () => {
    expect(comparison(side({}), [side({})])).toEqual([]);
  });
});
