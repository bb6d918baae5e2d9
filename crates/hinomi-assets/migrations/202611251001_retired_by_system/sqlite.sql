-- SPDX-License-Identifier: Apache-2.0
-- A system that is handed over takes along what was retired from it, without looking at every asset there is.
CREATE INDEX asset_retired_by_system ON asset (system_id) WHERE retired_at IS NOT NULL;
