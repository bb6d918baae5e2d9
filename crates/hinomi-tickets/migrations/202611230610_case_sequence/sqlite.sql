-- SPDX-License-Identifier: Apache-2.0
-- Grows with every change of an interval: who counts cases in memory reads on from where it stopped.
ALTER TABLE case_interval ADD COLUMN sequence BIGINT NOT NULL DEFAULT 0;
CREATE INDEX case_interval_sequence ON case_interval (sequence);

DROP VIEW v_case_interval;
CREATE VIEW v_case_interval AS
SELECT case_id, from_at, to_at, unit_id, system_id, criticality, due_at, sequence FROM case_interval;
