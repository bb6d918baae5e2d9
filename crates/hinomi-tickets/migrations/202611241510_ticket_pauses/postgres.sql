-- SPDX-License-Identifier: Apache-2.0
-- The end of a ticket's last approved pause; the pauses themselves lie with those of everything that is owed.
ALTER TABLE ticket ADD COLUMN paused_until BIGINT;
CREATE INDEX ticket_paused ON ticket (paused_until, unit_id) WHERE paused_until IS NOT NULL;

CREATE OR REPLACE VIEW v_ticket AS
SELECT id, system_id, unit_id, ecosystem, release, package, is_open, closure, criticality, high_priority,
    known_exploited, severity, due_at, waiting_for_fix, restart_pending, stale, items_open, items_total, assets,
    opened_at, closed_at, paused_until
FROM ticket;
