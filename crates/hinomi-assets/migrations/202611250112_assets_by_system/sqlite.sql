-- SPDX-License-Identifier: Apache-2.0
-- Which assets in use are on which system, without looking at the assets: asked at each "which systems carry it?".
CREATE INDEX asset_by_system ON asset (system_id, unit_id, ordinal) WHERE retired_at IS NULL;
