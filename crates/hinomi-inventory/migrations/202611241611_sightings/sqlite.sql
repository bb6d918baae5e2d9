-- SPDX-License-Identifier: Apache-2.0
-- Over which time a source's word about a carrier was never older than thirty days: an unchanged list leaves no row of its own, and
-- a past day asks whether the list was fresh then. A stretch ends where the next word came later than that; the one before it is
-- kept, too.
ALTER TABLE inventory_observation ADD COLUMN fresh_from BIGINT;
ALTER TABLE inventory_observation ADD COLUMN earlier_from BIGINT;
ALTER TABLE inventory_observation ADD COLUMN earlier_to BIGINT;
UPDATE inventory_observation SET fresh_from = complete_at;

DROP VIEW v_inventory_observation;
CREATE VIEW v_inventory_observation AS
SELECT carrier_id, source_id, observed_at, received_at, complete_at, fresh_from, earlier_from, earlier_to
FROM inventory_observation;
