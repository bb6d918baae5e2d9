-- SPDX-License-Identifier: Apache-2.0
-- How fresh each source's word about each carrier is.
CREATE VIEW v_inventory_observation AS
SELECT carrier_id, source_id, observed_at, received_at, complete_at FROM inventory_observation;
