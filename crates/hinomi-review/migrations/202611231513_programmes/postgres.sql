-- SPDX-License-Identifier: Apache-2.0
-- A measure rolled out region by region. `fiscal_year` is the year in which it should be complete.
CREATE TABLE programme (
    id          BIGINT PRIMARY KEY,
    name        TEXT   NOT NULL,
    name_ja     TEXT   NOT NULL,
    text        TEXT   NOT NULL,
    fiscal_year BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    created_by  TEXT   NOT NULL,
    ended_at    BIGINT
);

-- Its steps, each with the query that says when it is complete. `measure` is JSON.
CREATE TABLE programme_step (
    programme_id BIGINT NOT NULL,
    no           BIGINT NOT NULL,
    name         TEXT   NOT NULL,
    name_ja      TEXT   NOT NULL,
    measure      TEXT   NOT NULL,
    target       DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (programme_id, no)
);

-- Where it is rolled out, and by when each place should have completed every step.
CREATE TABLE programme_region (
    programme_id BIGINT NOT NULL,
    unit_id      TEXT   NOT NULL,
    planned_at   BIGINT NOT NULL,
    PRIMARY KEY (programme_id, unit_id)
);
