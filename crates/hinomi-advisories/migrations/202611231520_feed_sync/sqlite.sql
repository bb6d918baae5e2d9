-- SPDX-License-Identifier: Apache-2.0
-- How a feed is kept fresh: what the configuration says of it, when it runs next, where it goes on.
CREATE TABLE feed_sync (
    name          TEXT    PRIMARY KEY,
    kind          TEXT    NOT NULL,
    url           TEXT    NOT NULL,
    licence       TEXT    NOT NULL,
    enabled       BOOLEAN NOT NULL,
    every_minutes BIGINT  NOT NULL,
    next_run_at   BIGINT,
    started_at    BIGINT,
    source_at     BIGINT,
    signatures    BIGINT  NOT NULL,
    cursor        TEXT
) WITHOUT ROWID;

-- Records that the guard keeps from counting until somebody decides. The data is the document, compressed; a record that
-- is missing from a complete list has none. state: weighing (until the run knows how many there are), held, accepted, refused.
CREATE TABLE feed_held (
    id          BIGINT PRIMARY KEY,
    feed_id     BIGINT NOT NULL,
    advisory_id TEXT   NOT NULL,
    hash        TEXT   NOT NULL,
    reason      TEXT   NOT NULL,
    detail      TEXT   NOT NULL,
    path        TEXT   NOT NULL,
    data        BLOB,
    held_at     BIGINT NOT NULL,
    state       TEXT   NOT NULL,
    decided_at  BIGINT,
    decided_by  TEXT,
    UNIQUE (feed_id, advisory_id, hash)
);
CREATE INDEX feed_held_state ON feed_held (state, id);

-- Since when a complete list of its feed lacks the record; it counts as withdrawn.
ALTER TABLE advisory ADD COLUMN absent_since BIGINT;

-- EPSS: year * 10^9 + number of the CVE, the score in billionths, the day (days since 1970) on which it became that.
CREATE TABLE epss_score (
    cve   BIGINT PRIMARY KEY,
    score BIGINT NOT NULL,
    day   BIGINT NOT NULL
);
CREATE INDEX epss_score_score ON epss_score (score);

-- What it was before: the score that held from that day on.
CREATE TABLE epss_past (
    cve   BIGINT NOT NULL,
    day   BIGINT NOT NULL,
    score BIGINT NOT NULL,
    PRIMARY KEY (cve, day)
) WITHOUT ROWID;

CREATE TABLE epss_day (
    day     BIGINT PRIMARY KEY,
    model   TEXT   NOT NULL,
    scores  BIGINT NOT NULL,
    feed_id BIGINT NOT NULL
);

-- How likely exploitation is, in steps: 0 below 1 %, 1 from 1 %, 2 from 10 %, 3 from 50 %, 4 from 90 %.
ALTER TABLE vulnerability ADD COLUMN epss_band BIGINT NOT NULL DEFAULT 0;
