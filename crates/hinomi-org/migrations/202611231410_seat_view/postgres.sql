-- SPDX-License-Identifier: Apache-2.0
-- Seats whether or not somebody sits on them, so that others can count the empty ones.
CREATE VIEW v_seat AS
SELECT id, unit_id, kind, required, created_at, closed_at FROM seat;
