-- SPDX-License-Identifier: Apache-2.0
-- Each change of the policy file is kept: a ticket knows under which version it was decided.
CREATE TABLE ticket_policy (
    id         BIGINT PRIMARY KEY,
    toml       TEXT   NOT NULL,
    valid_from BIGINT NOT NULL,
    actor      TEXT   NOT NULL,
    reason     TEXT   NOT NULL
);

-- What one system must do about one remediation unit. `due_at` is 9223372036854775807 where there is none,
-- so that lists sort by it; criticality: 4 critical, 3 high, 2 medium, 1 low.
CREATE TABLE ticket (
    id              BIGINT  PRIMARY KEY,
    system_id       TEXT    NOT NULL,
    unit_id         TEXT    NOT NULL,
    ecosystem       TEXT    NOT NULL,
    release         TEXT    NOT NULL,
    package         TEXT    NOT NULL,
    is_open         BOOLEAN NOT NULL,
    closure         TEXT,
    criticality     BIGINT  NOT NULL,
    high_priority   BOOLEAN NOT NULL,
    known_exploited BOOLEAN NOT NULL,
    severity        TEXT    NOT NULL,
    severity_rank   BIGINT  NOT NULL,
    due_at          BIGINT  NOT NULL,
    waiting_for_fix BOOLEAN NOT NULL,
    restart_pending BOOLEAN NOT NULL,
    stale           BOOLEAN NOT NULL,
    target_version  TEXT,
    started_at      BIGINT,
    items_open      BIGINT  NOT NULL,
    items_total     BIGINT  NOT NULL,
    assets          BIGINT  NOT NULL,
    assignee        TEXT,
    opened_at       BIGINT  NOT NULL,
    closed_at       BIGINT,
    reopened        BIGINT  NOT NULL,
    policy_id       BIGINT  NOT NULL
);
CREATE INDEX ticket_by_system ON ticket (system_id, is_open, due_at, id);
CREATE INDEX ticket_by_unit ON ticket (unit_id, is_open, due_at, id);
CREATE INDEX ticket_by_due ON ticket (is_open, due_at, id);
CREATE INDEX ticket_by_heat ON ticket (is_open, unit_id, criticality, due_at, high_priority, known_exploited, waiting_for_fix);
CREATE INDEX ticket_by_criticality ON ticket (is_open, criticality, due_at, id);
CREATE INDEX ticket_by_assignee ON ticket (assignee, is_open, due_at, id) WHERE assignee IS NOT NULL;

CREATE TABLE ticket_item (
    ticket_id        BIGINT NOT NULL,
    vulnerability_id BIGINT NOT NULL,
    component_id     BIGINT NOT NULL,
    first_seen       BIGINT NOT NULL,
    fix_known_at     BIGINT,
    due_at           BIGINT NOT NULL,
    fixed            TEXT,
    criticality      BIGINT NOT NULL,
    closed_at        BIGINT,
    closure          TEXT,
    evidence         TEXT,
    PRIMARY KEY (ticket_id, vulnerability_id)
) WITHOUT ROWID;
CREATE INDEX ticket_item_by_vulnerability ON ticket_item (vulnerability_id, ticket_id);

-- What happened to a ticket after it was opened.
CREATE TABLE ticket_event (
    id        BIGINT PRIMARY KEY,
    ticket_id BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    actor     TEXT   NOT NULL,
    kind      TEXT   NOT NULL,
    data      TEXT   NOT NULL
);
CREATE INDEX ticket_event_of ON ticket_event (ticket_id, id);

-- Which unit had which case in which criticality from when until when: any past day is a count of these rows.
CREATE TABLE case_interval (
    case_id     BIGINT NOT NULL,
    from_at     BIGINT NOT NULL,
    to_at       BIGINT NOT NULL,
    unit_id     TEXT   NOT NULL,
    system_id   TEXT   NOT NULL,
    criticality BIGINT NOT NULL,
    due_at      BIGINT NOT NULL,
    PRIMARY KEY (case_id, from_at)
) WITHOUT ROWID;
CREATE INDEX case_interval_time ON case_interval (to_at, from_at, unit_id, criticality, due_at);

-- What a system looked like when its tickets were last settled.
CREATE TABLE ticket_system (
    system_id   TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL
);

CREATE TABLE ticket_progress (
    name  TEXT   PRIMARY KEY,
    value BIGINT NOT NULL
);

CREATE VIEW v_case_interval AS
SELECT case_id, from_at, to_at, unit_id, system_id, criticality, due_at FROM case_interval;

CREATE VIEW v_ticket AS
SELECT id, system_id, unit_id, ecosystem, release, package, is_open, closure, criticality, high_priority,
    known_exploited, severity, due_at, waiting_for_fix, restart_pending, stale, items_open, items_total, assets,
    opened_at, closed_at
FROM ticket;

CREATE VIEW v_ticket_item AS
SELECT ticket_id, vulnerability_id, first_seen, due_at, fixed, closed_at, closure FROM ticket_item;
