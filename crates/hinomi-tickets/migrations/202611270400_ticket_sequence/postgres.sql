-- SPDX-License-Identifier: Apache-2.0
-- Grows with every change of a ticket or of its items: who counts open tickets in memory reads on from where it stopped.
ALTER TABLE ticket ADD COLUMN sequence BIGINT NOT NULL DEFAULT 0;
CREATE INDEX ticket_sequence ON ticket (sequence);
