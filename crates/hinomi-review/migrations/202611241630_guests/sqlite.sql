-- SPDX-License-Identifier: Apache-2.0
-- Whoever comes to a meeting without sitting in its body.
ALTER TABLE review_attendance ADD COLUMN guest BOOLEAN NOT NULL DEFAULT FALSE;

-- How often a self-check was written: who writes says which state they saw.
ALTER TABLE self_check ADD COLUMN changes BIGINT NOT NULL DEFAULT 0;
