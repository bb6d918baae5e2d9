-- SPDX-License-Identifier: Apache-2.0
-- Since when more than the word of who owed it says that it was done, and who or what says so.
ALTER TABLE obligation ADD COLUMN proven_at BIGINT;
ALTER TABLE obligation ADD COLUMN proven_by TEXT NOT NULL DEFAULT '';

DROP VIEW v_obligation;
CREATE VIEW v_obligation AS
SELECT o.id, o.kind, o.subject, o.unit_id, o.title, o.href, o.calendar, o.began_at, o.due_at, o.done_at, o.proven_at,
    o.withdrawn_at,
    (SELECT MIN(s.taken_at) FROM obligation_step s WHERE s.obligation_id = o.id) AS reminded_at,
    (SELECT MIN(p.from_at) FROM obligation_pause p WHERE p.obligation_id = o.id AND p.approved_at IS NOT NULL
      AND p.to_at IS NULL AND p.from_at <= o.due_at) AS paused_from
FROM obligation o;
