-- SPDX-License-Identifier: Apache-2.0
-- Led by what every question about assets in use asks first, so that SQLite chooses it over an index that does not hold the system.
DROP INDEX asset_by_system;
CREATE INDEX asset_by_system ON asset (retired_at, system_id, unit_id, ordinal);
