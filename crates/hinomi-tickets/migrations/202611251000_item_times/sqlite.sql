-- SPDX-License-Identifier: Apache-2.0
-- A month asks which items began in it and which ended, and which cases were due in it, among all that ever were.
CREATE INDEX ticket_item_began ON ticket_item (first_seen);
-- What is open of a vulnerability is counted without looking at an item.
CREATE INDEX ticket_item_open ON ticket_item (vulnerability_id, ticket_id) WHERE closed_at IS NULL;
CREATE INDEX ticket_item_ended ON ticket_item (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX case_interval_due ON case_interval (due_at, from_at);
