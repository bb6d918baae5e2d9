-- SPDX-License-Identifier: Apache-2.0
-- Months, closed and never changed again. Times are UTC microseconds; months are YYYY-MM.

-- Formula sets as they were filed; a month is scored by the newest that is valid for it.
CREATE TABLE maturity_formula (
    version    TEXT   NOT NULL PRIMARY KEY,
    valid_from TEXT   NOT NULL,
    toml       TEXT   NOT NULL,
    filed_at   BIGINT NOT NULL,
    filed_by   TEXT   NOT NULL,
    reason     TEXT   NOT NULL
);

-- What was true of each asset at a month's end and is kept nowhere else, taken down within the hour.
CREATE TABLE maturity_capture (
    month    TEXT   NOT NULL PRIMARY KEY,
    taken_at BIGINT NOT NULL,
    -- JSON: source → time of its newest row.
    sources  TEXT   NOT NULL,
    -- JSON: unit → persons.
    people   TEXT   NOT NULL,
    assets   BLOB   NOT NULL
);

-- One evaluation of a month. Revision 0 is the preview of the running month, 1 the month's close, higher ones are
-- corrections, each with its reason. Its rows are written first; this one makes them visible.
CREATE TABLE maturity_close (
    id           BIGINT  NOT NULL PRIMARY KEY,
    month        TEXT    NOT NULL,
    revision     BIGINT  NOT NULL,
    evaluated_at BIGINT  NOT NULL,
    formula      TEXT    NOT NULL,
    actor        TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    -- Of every counted row, in order.
    rows_hash    TEXT    NOT NULL,
    -- JSON: [{source, newest_at, blind}].
    sources      TEXT    NOT NULL,
    UNIQUE (month, revision)
);

-- The tree of the month's end.
CREATE TABLE maturity_unit (
    close_id  BIGINT NOT NULL,
    -- Place in preorder: a parent before its children.
    unit_no   BIGINT NOT NULL,
    unit_id   TEXT   NOT NULL,
    parent_no BIGINT,
    -- Of the subtree.
    people    BIGINT NOT NULL,
    -- JSON: what is true of it beside its indicators.
    facts     TEXT   NOT NULL,
    -- JSON: counts that stand beside the score, of the subtree.
    beside    TEXT   NOT NULL,
    PRIMARY KEY (close_id, unit_no)
) WITHOUT ROWID;
CREATE INDEX maturity_unit_unit ON maturity_unit (unit_id, close_id);

-- Of each unit's subtree.
CREATE TABLE maturity_axis (
    close_id BIGINT NOT NULL,
    unit_no  BIGINT NOT NULL,
    axis     TEXT   NOT NULL,
    -- Null when the axis is not rated.
    tenths   BIGINT,
    weight   BIGINT NOT NULL,
    level    BIGINT NOT NULL,
    PRIMARY KEY (close_id, unit_no, axis)
) WITHOUT ROWID;

CREATE TABLE maturity_indicator (
    close_id  BIGINT NOT NULL,
    unit_no   BIGINT NOT NULL,
    indicator TEXT   NOT NULL,
    -- scored, not_in_scope, blind.
    state     TEXT   NOT NULL,
    for_milli BIGINT NOT NULL,
    in_scope  BIGINT NOT NULL,
    score     DOUBLE PRECISION,
    value     DOUBLE PRECISION,
    PRIMARY KEY (close_id, unit_no, indicator)
) WITHOUT ROWID;

-- The rows of each unit itself, as they were counted.
CREATE TABLE maturity_rows (
    close_id  BIGINT NOT NULL,
    unit_no   BIGINT NOT NULL,
    indicator TEXT   NOT NULL,
    data      BLOB   NOT NULL,
    PRIMARY KEY (close_id, unit_no, indicator)
) WITHOUT ROWID;

-- What a unit and everything below it should reach by a month; the newest of a unit, axis and month counts.
CREATE TABLE maturity_target (
    id      BIGINT NOT NULL PRIMARY KEY,
    unit_id TEXT   NOT NULL,
    axis    TEXT   NOT NULL,
    -- Null takes the target back.
    tenths  BIGINT,
    month   TEXT   NOT NULL,
    set_at  BIGINT NOT NULL,
    set_by  TEXT   NOT NULL,
    reason  TEXT   NOT NULL
);
CREATE INDEX maturity_target_unit ON maturity_target (unit_id, axis, id);

-- What outside agencies say of us: beside the score, never inside.
CREATE TABLE external_rating (
    id          TEXT   NOT NULL PRIMARY KEY,
    unit_id     TEXT   NOT NULL,
    provider    TEXT   NOT NULL,
    rated_on    TEXT   NOT NULL,
    value       TEXT   NOT NULL,
    scale       TEXT   NOT NULL,
    imported_at BIGINT NOT NULL,
    imported_by TEXT   NOT NULL
);
CREATE INDEX external_rating_unit ON external_rating (unit_id, rated_on);
