-- SPDX-License-Identifier: Apache-2.0
-- Tickets of months that ended, by the unit that had them, each unit alone: what stands beside a department's month is read
-- and not counted again. Nothing that happens later changes them. Months are YYYY-MM.
CREATE TABLE month_tickets (
    unit_id TEXT   NOT NULL,
    month   TEXT   NOT NULL,
    open    BIGINT NOT NULL,
    overdue BIGINT NOT NULL,
    opened  BIGINT NOT NULL,
    closed  BIGINT NOT NULL,
    PRIMARY KEY (unit_id, month)
);

-- The months that are counted.
CREATE TABLE month_counted (
    month      TEXT   NOT NULL PRIMARY KEY,
    counted_at BIGINT NOT NULL
);
