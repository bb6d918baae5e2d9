-- SPDX-License-Identifier: Apache-2.0
-- A pause stops the clock of anything that is owed, also of what its owner keeps itself (`ticket:17`): no reference any more.
ALTER TABLE obligation_pause DROP CONSTRAINT obligation_pause_obligation_id_fkey;
