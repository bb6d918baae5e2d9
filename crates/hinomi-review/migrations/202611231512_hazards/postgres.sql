-- SPDX-License-Identifier: Apache-2.0
-- A particularly dangerous risk under the CISO's control. `origin`: rule or hand; `state`: open or released.
CREATE TABLE hazard (
    id               BIGINT PRIMARY KEY,
    vulnerability_id BIGINT NOT NULL,
    name             TEXT   NOT NULL,
    origin           TEXT   NOT NULL,
    reason           TEXT   NOT NULL,
    opened_at        BIGINT NOT NULL,
    opened_by        TEXT   NOT NULL,
    lead_id          TEXT,
    lead_due_at      BIGINT NOT NULL,
    tell_due_at      BIGINT NOT NULL,
    told_at          BIGINT,
    -- The newest measure that was taken: only what was seen after it can release.
    measure_at       BIGINT,
    state            TEXT   NOT NULL,
    released_at      BIGINT,
    released_by      TEXT,
    looked_at        BIGINT NOT NULL
);
CREATE UNIQUE INDEX hazard_open ON hazard (vulnerability_id) WHERE state = 'open';
CREATE INDEX hazard_state ON hazard (state, id);

-- Which tickets it is about, each with the assets that showed it.
CREATE TABLE hazard_item (
    hazard_id BIGINT NOT NULL,
    ticket_id BIGINT NOT NULL,
    system_id TEXT   NOT NULL,
    unit_id   TEXT   NOT NULL,
    added_at  BIGINT NOT NULL,
    assets    TEXT   NOT NULL,
    PRIMARY KEY (hazard_id, ticket_id)
);

-- What was decided and done; only ever added to.
CREATE TABLE hazard_event (
    id        BIGINT PRIMARY KEY,
    hazard_id BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    actor     TEXT   NOT NULL,
    kind      TEXT   NOT NULL,
    text      TEXT   NOT NULL
);
CREATE INDEX hazard_event_of ON hazard_event (hazard_id, id);
