-- SPDX-License-Identifier: Apache-2.0
-- A department's own loop. Times are UTC microseconds; months are YYYY-MM.

-- Questions of the self-check as they were filed; a month is asked by the newest that is valid for it.
CREATE TABLE self_check_set (
    version    TEXT   NOT NULL PRIMARY KEY,
    valid_from TEXT   NOT NULL,
    toml       TEXT   NOT NULL,
    filed_at   BIGINT NOT NULL,
    filed_by   TEXT   NOT NULL,
    reason     TEXT   NOT NULL
);

-- What a unit owes for a month. Handed in, it is never written again.
CREATE TABLE self_check (
    id           TEXT   NOT NULL PRIMARY KEY,
    unit_id      TEXT   NOT NULL,
    month        TEXT   NOT NULL,
    version      TEXT   NOT NULL,
    -- JSON: code of the question → answer, text, links.
    answers      TEXT   NOT NULL,
    opened_at    BIGINT NOT NULL,
    changed_at   BIGINT,
    changed_by   TEXT   NOT NULL,
    handed_in_at BIGINT,
    handed_in_by TEXT   NOT NULL,
    UNIQUE (unit_id, month)
);

-- Why a figure of a month is as it is, in the department's own words; the newest word counts, earlier ones stay.
CREATE TABLE department_cause (
    id               TEXT   NOT NULL PRIMARY KEY,
    unit_id          TEXT   NOT NULL,
    month            TEXT   NOT NULL,
    figure           TEXT   NOT NULL,
    cause            TEXT   NOT NULL,
    text             TEXT   NOT NULL,
    responsible_id   TEXT,
    responsible_name TEXT   NOT NULL,
    named_at         BIGINT NOT NULL,
    named_by         TEXT   NOT NULL
);
CREATE INDEX department_cause_unit ON department_cause (unit_id, month, named_at);

-- What a department set itself to do. `measure` is JSON; `state`: running, done, dropped.
CREATE TABLE improvement (
    id               TEXT   NOT NULL PRIMARY KEY,
    unit_id          TEXT   NOT NULL,
    month            TEXT   NOT NULL,
    title            TEXT   NOT NULL,
    text             TEXT   NOT NULL,
    measure          TEXT   NOT NULL,
    target           DOUBLE PRECISION NOT NULL,
    responsible_id   TEXT,
    responsible_name TEXT   NOT NULL,
    due_at           BIGINT NOT NULL,
    state            TEXT   NOT NULL,
    opened_at        BIGINT NOT NULL,
    opened_by        TEXT   NOT NULL,
    closed_at        BIGINT,
    closed_by        TEXT   NOT NULL,
    result           TEXT   NOT NULL
);
CREATE INDEX improvement_unit ON improvement (unit_id, opened_at);
CREATE INDEX improvement_state ON improvement (state, opened_at);
