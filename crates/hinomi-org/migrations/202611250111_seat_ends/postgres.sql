-- SPDX-License-Identifier: Apache-2.0
-- A seat that closes ends whoever sits there; the sitting itself keeps its own dates.
DROP VIEW v_seat_holder;
CREATE VIEW v_seat_holder AS
SELECT s.id AS seat_id, s.unit_id, s.kind, a.person_id, a.deputy, a.valid_from,
    CASE WHEN s.closed_at < a.valid_to THEN s.closed_at ELSE a.valid_to END AS valid_to
FROM seat s JOIN seat_assignment a ON a.seat_id = s.id
WHERE s.closed_at IS NULL OR a.valid_from < s.closed_at;
