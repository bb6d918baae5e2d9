-- SPDX-License-Identifier: Apache-2.0
-- The CVEs that a vulnerability is or that its records are about, by spaces: what is known of them holds for it.
ALTER TABLE vulnerability ADD COLUMN about TEXT NOT NULL DEFAULT '';
UPDATE vulnerability SET about = canonical WHERE canonical LIKE 'CVE-%';
-- Makers of distributions whose records name what they fix as *related*.
UPDATE OR IGNORE advisory_name SET relation = 1 WHERE relation = 2 AND name LIKE 'CVE-%' AND advisory_no IN
    (SELECT no FROM advisory WHERE id LIKE 'AL_A-%' OR id LIKE 'RL_A-%' OR id LIKE 'RH_A-%');
INSERT INTO advisory_pending (advisory_no, sequence)
    SELECT DISTINCT advisory_no, 0 FROM advisory_name WHERE relation = 1 ON CONFLICT DO NOTHING;
