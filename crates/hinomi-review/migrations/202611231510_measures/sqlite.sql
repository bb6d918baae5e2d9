-- SPDX-License-Identifier: Apache-2.0
-- The rows that a figure was made from, kept once under their hash.
CREATE TABLE review_row_set (
    hash TEXT PRIMARY KEY,
    data TEXT NOT NULL
) WITHOUT ROWID;

-- A figure at an instant, written once. `subject` is what it was measured for: `directive/12`. `by_unit` is JSON:
-- unit → [counted, among].
CREATE TABLE review_measurement (
    id        BIGINT PRIMARY KEY,
    subject   TEXT   NOT NULL,
    as_of     BIGINT NOT NULL,
    taken_at  BIGINT NOT NULL,
    month     TEXT,
    value     DOUBLE PRECISION,
    counted   BIGINT NOT NULL,
    among     BIGINT NOT NULL,
    by_unit   TEXT   NOT NULL,
    rows_hash TEXT   NOT NULL,
    actor     TEXT   NOT NULL
);
CREATE INDEX review_measurement_subject ON review_measurement (subject, id);
CREATE UNIQUE INDEX review_measurement_month ON review_measurement (subject, month) WHERE month IS NOT NULL;
