-- SPDX-License-Identifier: Apache-2.0
-- Whose word an entry of a hazard's log is: JSON, the units that its author speaks for, and whoever sees one of them reads it.
-- Null: everybody who sees the hazard; an empty list: whoever sees everything.
ALTER TABLE hazard_event ADD COLUMN unit_ids TEXT;
-- What names systems and assets of every unit, or was said by nobody knows which.
UPDATE hazard_event SET unit_ids = '[]' WHERE kind IN ('refused', 'measure');
