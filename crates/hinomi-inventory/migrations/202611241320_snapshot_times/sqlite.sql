-- SPDX-License-Identifier: Apache-2.0
-- When each list of components was seen, also one that came late: newer lists have taken its place by then.
CREATE VIEW v_snapshot_time AS
SELECT carrier_id, observed_at, complete, state FROM snapshot;
