-- SPDX-License-Identifier: Apache-2.0
-- A file may still call an asset by the name that it had before it became part of another.
CREATE INDEX asset_merged_name ON asset (name_key, retired_at) WHERE merged_into IS NOT NULL;
