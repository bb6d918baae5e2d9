// SPDX-License-Identifier: Apache-2.0
// A table of assets and what each of its columns means.
import { send, upload } from '../api/client';

export const FIELDS = ['id', 'name', 'hostname', 'ip_address', 'mac_address', 'serial_number', 'vendor', 'uuid', 'asset_tag', 'agent_id', 'cloud_id', 'class', 'os_name', 'os_version', 'kernel', 'architecture', 'location', 'owner', 'organisation', 'environment', 'state', 'tag', 'first_seen', 'last_seen', 'runs_on', 'hosts', 'connects_to', 'depends_on', 'image_of', 'model', 'comment', 'attribute'] as const;
export type Field = (typeof FIELDS)[number];

export interface Mapping {
  columns: Record<string, Field>;
  skip: number;
  encoding?: string;
  separator?: string;
}

export interface TablePreview {
  encoding: string;
  separator: string;
  columns: string[];
  suggested: Record<string, Field>;
  cells: string[][];
  assets: { name?: string | null; class?: string; identifiers: Record<string, string | string[]>; os?: { id?: string; version?: string; name?: string }; place: string }[];
  errors: { line: number; column: string; value: string; text: string }[];
  rows: number;
}

export interface SavedMapping {
  name: string;
  mapping: Mapping;
  changed_at: string;
  changed_by: string;
}

export async function previewTable(file: Blob, mapping: Mapping | null): Promise<TablePreview> {
  const query = mapping ? { mapping: JSON.stringify(mapping) } : {};
  return (await upload<{ preview: TablePreview }>('/inventory/preview', file, query)).preview;
}

export async function saveMapping(name: string, mapping: Mapping): Promise<void> {
  await send('PUT', `/import-mappings/${encodeURIComponent(name)}`, mapping);
}

/** Only columns that this table has; a saved mapping may know more. */
export function fitting(mapping: Mapping, columns: readonly string[]): Mapping {
  return { ...mapping, columns: Object.fromEntries(Object.entries(mapping.columns).filter(([column]) => columns.includes(column))) };
}
