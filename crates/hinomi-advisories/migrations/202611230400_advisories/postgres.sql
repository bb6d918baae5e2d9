-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE feed (
    id           BIGINT PRIMARY KEY,
    name         TEXT   NOT NULL UNIQUE,
    kind         TEXT   NOT NULL,
    records      BIGINT NOT NULL,
    refused      BIGINT NOT NULL,
    last_attempt BIGINT NOT NULL,
    last_success BIGINT,
    error        TEXT
);

-- Every original that ever came, also those that a later one of the same id overruled.
CREATE TABLE advisory_original (
    hash        TEXT   PRIMARY KEY,
    advisory_id TEXT   NOT NULL,
    feed_id     BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    size_bytes  BIGINT NOT NULL,
    data        BYTEA   NOT NULL
);

-- The record of each id that counts: the latest modified one.
CREATE TABLE advisory (
    no               BIGINT PRIMARY KEY,
    id               TEXT   NOT NULL UNIQUE,
    feed_id          BIGINT NOT NULL,
    hash             TEXT   NOT NULL,
    place            BIGINT NOT NULL,
    modified         BIGINT,
    published        BIGINT,
    withdrawn        BIGINT,
    vulnerability_id BIGINT,
    severity         TEXT   NOT NULL,
    severity_basis   TEXT   NOT NULL,
    score            DOUBLE PRECISION,
    title            TEXT   NOT NULL,
    first_seen       BIGINT NOT NULL,
    sequence         BIGINT NOT NULL
);
CREATE INDEX advisory_vulnerability ON advisory (vulnerability_id);
CREATE INDEX advisory_sequence ON advisory (sequence);

-- relation: 0 alias, 1 upstream, 2 related
CREATE TABLE advisory_name (
    name        TEXT     NOT NULL,
    advisory_no BIGINT   NOT NULL,
    relation    BIGINT   NOT NULL,
    PRIMARY KEY (name, advisory_no, relation)
);
CREATE INDEX advisory_name_advisory ON advisory_name (advisory_no);

CREATE TABLE advisory_key (
    ecosystem   TEXT   NOT NULL,
    package     TEXT   NOT NULL,
    advisory_no BIGINT NOT NULL,
    PRIMARY KEY (ecosystem, package, advisory_no)
);
CREATE INDEX advisory_key_advisory ON advisory_key (advisory_no);

-- Which releases of an ecosystem a record speaks of ('' where an ecosystem has none): where nothing is
-- loaded, silence is no answer.
CREATE TABLE advisory_coverage (
    ecosystem   TEXT   NOT NULL,
    release     TEXT   NOT NULL,
    advisory_no BIGINT NOT NULL,
    PRIMARY KEY (ecosystem, release, advisory_no)
);
CREATE INDEX advisory_coverage_advisory ON advisory_coverage (advisory_no);

CREATE TABLE vulnerability (
    id              BIGINT  PRIMARY KEY,
    canonical       TEXT    NOT NULL UNIQUE,
    title           TEXT    NOT NULL,
    severity        TEXT    NOT NULL,
    severity_rank   BIGINT   NOT NULL,
    severity_reason TEXT    NOT NULL,
    score           DOUBLE PRECISION,
    known_exploited BOOLEAN NOT NULL,
    kev_added       BIGINT,
    kev_due         BIGINT,
    published       BIGINT,
    modified        BIGINT,
    withdrawn       BIGINT,
    merged_into     BIGINT,
    first_seen      BIGINT  NOT NULL,
    sequence        BIGINT  NOT NULL
);
CREATE INDEX vulnerability_sequence ON vulnerability (sequence);
CREATE INDEX vulnerability_rank ON vulnerability (severity_rank, id);
CREATE INDEX vulnerability_modified ON vulnerability (modified, id);

CREATE TABLE vulnerability_change (
    id               BIGINT PRIMARY KEY,
    vulnerability_id BIGINT NOT NULL,
    at               BIGINT NOT NULL,
    feed_id          BIGINT NOT NULL,
    what             TEXT   NOT NULL
);
CREATE INDEX vulnerability_change_of ON vulnerability_change (vulnerability_id, id);

CREATE TABLE known_exploited (
    cve        TEXT    PRIMARY KEY,
    added_at   BIGINT  NOT NULL,
    due_at     BIGINT,
    ransomware BOOLEAN NOT NULL,
    name       TEXT    NOT NULL,
    action     TEXT    NOT NULL
);

CREATE TABLE feed_refusal (
    feed_id BIGINT NOT NULL,
    path    TEXT   NOT NULL,
    reason  TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (feed_id, path)
);
