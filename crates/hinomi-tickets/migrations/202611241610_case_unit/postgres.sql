-- SPDX-License-Identifier: Apache-2.0
-- A unit's cases and what began in a time are read by themselves; known-exploited tickets are few among many.
CREATE INDEX case_interval_unit ON case_interval (unit_id, from_at, to_at, criticality, due_at);
CREATE INDEX case_interval_began ON case_interval (from_at, unit_id);
CREATE INDEX ticket_exploited ON ticket (id) WHERE known_exploited;
