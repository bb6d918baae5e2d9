-- SPDX-License-Identifier: Apache-2.0
-- The hashes of a record's keys, eight bytes each, from when it is taken in until it is reconciled: only then are they
-- written to asset_record_key, those of many records together and in order, so that each page is touched once.
ALTER TABLE asset_record ADD COLUMN pending_keys BYTEA;

-- Nothing asks which asset has a value: records are found by their keys, searches read the text of the asset.
DROP INDEX asset_identifier_value;
