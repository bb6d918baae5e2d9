-- SPDX-License-Identifier: Apache-2.0
-- A report's words, folded for searching as those of records are; what came before is folded as far as the engine can.
ALTER TABLE threat ADD COLUMN folded TEXT NOT NULL DEFAULT '';
UPDATE threat SET folded = lower(id || ' ' || name || ' ' || document);
