-- SPDX-License-Identifier: Apache-2.0
-- What was counted of tickets at a month's end, by system: due dates, closures and severities move on, the month does not.
-- Null in captures of before: there the sources of today are asked.
ALTER TABLE maturity_capture ADD COLUMN work BYTEA;
-- JSON: the seats that were required.
ALTER TABLE maturity_capture ADD COLUMN seats TEXT;
