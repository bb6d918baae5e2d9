-- SPDX-License-Identifier: Apache-2.0
-- How an item stood when it was decided last: what rose since it was first seen, and when. NULL: decided before this was kept.
ALTER TABLE ticket_item ADD COLUMN standing TEXT;
