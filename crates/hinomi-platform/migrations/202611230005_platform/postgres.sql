-- SPDX-License-Identifier: Apache-2.0
-- Times are UTC microseconds; ids are UUID texts; JSON is TEXT.
CREATE TABLE account (
    person_id     TEXT   NOT NULL PRIMARY KEY,
    -- Folded to lower case: what sign-in looks up.
    email         TEXT   NOT NULL UNIQUE,
    name          TEXT   NOT NULL,
    -- argon2id in PHC form; without one only links sign in.
    password_hash TEXT,
    locale        TEXT   NOT NULL,
    theme         TEXT   NOT NULL,
    created_at    BIGINT NOT NULL,
    disabled_at   BIGINT
);

CREATE TABLE session (
    id           TEXT   NOT NULL PRIMARY KEY,
    -- SHA-256 of the token in the cookie; the token itself is never stored.
    token_hash   TEXT   NOT NULL UNIQUE,
    csrf_token   TEXT   NOT NULL,
    person_id    TEXT   NOT NULL REFERENCES account (person_id) ON DELETE CASCADE,
    method       TEXT   NOT NULL CHECK (method IN ('password', 'link')),
    user_agent   TEXT   NOT NULL,
    address      TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    revoked_at   BIGINT
);
CREATE INDEX session_person ON session (person_id, created_at);
CREATE INDEX session_expiry ON session (expires_at);

CREATE TABLE sign_in_link (
    token_hash TEXT   NOT NULL PRIMARY KEY,
    person_id  TEXT   NOT NULL REFERENCES account (person_id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT
);

-- Failures per account and per address; a success clears the account's row.
CREATE TABLE sign_in_attempt (
    subject       TEXT   NOT NULL PRIMARY KEY,
    failures      BIGINT NOT NULL,
    last_at       BIGINT NOT NULL,
    blocked_until BIGINT NOT NULL
);

-- Only ever appended to.
CREATE TABLE audit_event (
    id           TEXT   NOT NULL PRIMARY KEY,
    at           BIGINT NOT NULL,
    actor_type   TEXT   NOT NULL,
    actor_id     TEXT,
    actor_name   TEXT   NOT NULL,
    action       TEXT   NOT NULL,
    subject_kind TEXT   NOT NULL,
    subject_id   TEXT   NOT NULL,
    unit_id      TEXT,
    before_json  TEXT,
    after_json   TEXT,
    reason       TEXT
);
CREATE INDEX audit_event_at ON audit_event (at, id);
CREATE INDEX audit_event_subject ON audit_event (subject_kind, subject_id, at);

-- The chain: one row per sealed event, each hash covering the one before.
CREATE TABLE audit_seal (
    sequence BIGINT NOT NULL PRIMARY KEY,
    event_id TEXT   NOT NULL UNIQUE,
    hash     TEXT   NOT NULL
);

CREATE TABLE job (
    id             TEXT   NOT NULL PRIMARY KEY,
    kind           TEXT   NOT NULL,
    dedup_key      TEXT,
    payload        TEXT   NOT NULL,
    state          TEXT   NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
    priority       BIGINT NOT NULL,
    run_at         BIGINT NOT NULL,
    lease_until    BIGINT,
    -- Counts starts; a worker may only write while it is still the latest start.
    attempt        BIGINT NOT NULL,
    max_attempts   BIGINT NOT NULL,
    cancel_asked   BOOLEAN NOT NULL,
    progress_done  BIGINT NOT NULL,
    progress_total BIGINT,
    progress_text  TEXT,
    error          TEXT,
    created_at     BIGINT NOT NULL,
    started_at     BIGINT,
    finished_at    BIGINT
);
CREATE INDEX job_due ON job (priority DESC, run_at, id) WHERE state = 'waiting';
CREATE INDEX job_lease ON job (lease_until) WHERE state = 'running';
CREATE UNIQUE INDEX job_dedup ON job (kind, dedup_key) WHERE state = 'waiting' AND dedup_key IS NOT NULL;
CREATE INDEX job_created ON job (created_at, id);

CREATE TABLE schedule (
    kind          TEXT   NOT NULL PRIMARY KEY,
    every_seconds BIGINT NOT NULL,
    payload       TEXT   NOT NULL,
    next_at       BIGINT NOT NULL
);

CREATE TABLE outbox (
    id           TEXT   NOT NULL PRIMARY KEY,
    kind         TEXT   NOT NULL,
    payload      TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    deliver_at   BIGINT NOT NULL,
    attempts     BIGINT NOT NULL,
    delivered_at BIGINT,
    given_up_at  BIGINT,
    error        TEXT
);
CREATE INDEX outbox_due ON outbox (deliver_at, id) WHERE delivered_at IS NULL AND given_up_at IS NULL;

CREATE TABLE setting (
    name       TEXT   NOT NULL PRIMARY KEY,
    value      TEXT   NOT NULL,
    version    BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT   NOT NULL
);

CREATE TABLE setting_history (
    name       TEXT   NOT NULL,
    version    BIGINT NOT NULL,
    value      TEXT   NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT   NOT NULL,
    PRIMARY KEY (name, version)
);
