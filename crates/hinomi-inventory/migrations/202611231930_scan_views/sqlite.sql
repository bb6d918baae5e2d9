-- SPDX-License-Identifier: Apache-2.0
-- What scanners saw, and which inventories were taken in, for domains that count them.
CREATE VIEW v_scan_observation AS
SELECT o.id, o.carrier_id, o.source_id, o.ended_at, o.sequence FROM scan_observation o;
CREATE VIEW v_scan_vulnerability AS
SELECT observation_id, name, standing FROM scan_vulnerability;
CREATE VIEW v_snapshot AS
SELECT id, carrier_id, source_id, state FROM snapshot;
