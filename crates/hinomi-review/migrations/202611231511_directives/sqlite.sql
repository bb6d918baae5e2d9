-- SPDX-License-Identifier: Apache-2.0
-- What units were told to do. `measure` is JSON; `state`: running, reached, withdrawn.
CREATE TABLE directive (
    id             BIGINT PRIMARY KEY,
    decision_id    TEXT,
    title          TEXT   NOT NULL,
    text           TEXT   NOT NULL,
    issued_at      BIGINT NOT NULL,
    issued_by      TEXT   NOT NULL,
    responsible_id TEXT,
    measure        TEXT   NOT NULL,
    target         DOUBLE PRECISION NOT NULL,
    due_at         BIGINT NOT NULL,
    state          TEXT   NOT NULL,
    closed_at      BIGINT,
    closed_by      BIGINT,
    looked_at      BIGINT NOT NULL
);
CREATE INDEX directive_state ON directive (state, due_at, id);
CREATE INDEX directive_decision ON directive (decision_id) WHERE decision_id IS NOT NULL;

CREATE TABLE directive_unit (
    directive_id BIGINT  NOT NULL,
    unit_id      TEXT    NOT NULL,
    subtree      BOOLEAN NOT NULL,
    PRIMARY KEY (directive_id, unit_id)
) WITHOUT ROWID;

-- What happened to a directive; only ever added to.
CREATE TABLE directive_event (
    id           BIGINT PRIMARY KEY,
    directive_id BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    actor        TEXT   NOT NULL,
    kind         TEXT   NOT NULL,
    text         TEXT   NOT NULL,
    unit_id      TEXT
);
CREATE INDEX directive_event_of ON directive_event (directive_id, id);
