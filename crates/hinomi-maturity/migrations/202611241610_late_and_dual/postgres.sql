-- SPDX-License-Identifier: Apache-2.0
-- Closed long after its time: what sources keep only as of now was taken down late as well.
ALTER TABLE maturity_close ADD COLUMN late BOOLEAN NOT NULL DEFAULT FALSE;
-- The month as it was counted: from its first instant to before its last, in this zone. Null where it was UTC's.
ALTER TABLE maturity_close ADD COLUMN start_at BIGINT;
ALTER TABLE maturity_close ADD COLUMN end_at BIGINT;
ALTER TABLE maturity_close ADD COLUMN zone TEXT NOT NULL DEFAULT 'UTC';

-- Evaluations that are being written. Rows of one that has no head and is not here any more are of nobody.
CREATE TABLE maturity_begun (
    id       BIGINT NOT NULL PRIMARY KEY,
    begun_at BIGINT NOT NULL
);

-- Formula sets that run beside the one that counts, before they may count themselves.
CREATE TABLE maturity_trial (
    version  TEXT   NOT NULL PRIMARY KEY,
    toml     TEXT   NOT NULL,
    begun_at BIGINT NOT NULL,
    begun_by TEXT   NOT NULL,
    reason   TEXT   NOT NULL
);

-- What such a set made of a closed month, of each unit's subtree.
CREATE TABLE maturity_trial_axis (
    close_id BIGINT NOT NULL,
    version  TEXT   NOT NULL,
    unit_no  BIGINT NOT NULL,
    axis     TEXT   NOT NULL,
    tenths   BIGINT,
    weight   BIGINT NOT NULL,
    level    BIGINT NOT NULL,
    PRIMARY KEY (close_id, version, unit_no, axis)
);
CREATE INDEX maturity_trial_axis_version ON maturity_trial_axis (version, close_id);

-- Rows that other parts of the house bring to be counted.
CREATE TABLE maturity_brought (
    indicator   TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    unit_id     TEXT    NOT NULL,
    happened_at BIGINT  NOT NULL,
    counts      BOOLEAN NOT NULL,
    title       TEXT    NOT NULL,
    href        TEXT    NOT NULL,
    PRIMARY KEY (indicator, id)
);
CREATE INDEX maturity_brought_time ON maturity_brought (indicator, happened_at);
