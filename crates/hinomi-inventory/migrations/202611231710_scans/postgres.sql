-- SPDX-License-Identifier: Apache-2.0
-- The newest scan of each scanner over each of its targets; the only row that an unchanged scan touches.
CREATE TABLE carrier_scan (
    id          BIGINT PRIMARY KEY,
    carrier_id  BIGINT NOT NULL,
    -- The carrier that it was made for, where that has become part of another.
    home_id     BIGINT NOT NULL,
    source_id   BIGINT NOT NULL,
    -- The scanner's own name of what it looked at; empty where the document is about one thing.
    target      TEXT   NOT NULL,
    format      TEXT   NOT NULL,
    observed_at BIGINT NOT NULL,
    -- The newest scan that says everything; the least number when there was none.
    complete_at BIGINT NOT NULL,
    content     TEXT   NOT NULL
);
CREATE INDEX carrier_scan_carrier ON carrier_scan (carrier_id, source_id, target);
CREATE INDEX carrier_scan_target ON carrier_scan (source_id, target) WHERE target <> '';

-- What a scanner says of a carrier, from the scan that saw it first until one that no longer does.
CREATE TABLE scan_observation (
    id            BIGINT PRIMARY KEY,
    carrier_id    BIGINT NOT NULL,
    home_id       BIGINT NOT NULL,
    source_id     BIGINT NOT NULL,
    target        TEXT   NOT NULL,
    -- Hash of what makes it this observation and no other.
    identity      TEXT   NOT NULL,
    kind          TEXT   NOT NULL,
    check_id      TEXT   NOT NULL,
    title         TEXT   NOT NULL,
    -- As the scanner writes it, and its rank among others: 4 critical to 0 none.
    severity      TEXT   NOT NULL,
    severity_rank BIGINT NOT NULL,
    state         TEXT   NOT NULL,
    component     TEXT   NOT NULL,
    package       TEXT   NOT NULL,
    fixed         TEXT   NOT NULL,
    port          TEXT   NOT NULL,
    service       TEXT   NOT NULL,
    -- JSON arrays of texts.
    vulnerabilities TEXT NOT NULL,
    weaknesses    TEXT   NOT NULL,
    scores        TEXT   NOT NULL,
    solution      TEXT   NOT NULL,
    evidence      TEXT   NOT NULL,
    first_at      BIGINT NOT NULL,
    -- When it was seen last by a scan that does not say everything; the others are in carrier_scan.
    last_at       BIGINT NOT NULL,
    ended_at      BIGINT NOT NULL,
    sequence      BIGINT NOT NULL
);
CREATE INDEX scan_observation_list ON scan_observation (carrier_id, ended_at, severity_rank, id);
CREATE INDEX scan_observation_sequence ON scan_observation (sequence);
CREATE INDEX scan_observation_target ON scan_observation (source_id, target, ended_at);

-- The vulnerabilities that observations name, and how each stands beside what was matched.
CREATE TABLE scan_vulnerability (
    observation_id BIGINT NOT NULL,
    name           TEXT   NOT NULL,
    -- new, matched, alone, contradicted or noted.
    standing       TEXT   NOT NULL,
    -- As it was when this was decided; 0 before.
    vulnerability_id BIGINT NOT NULL,
    PRIMARY KEY (observation_id, name)
);
CREATE INDEX scan_vulnerability_name ON scan_vulnerability (name, observation_id);
CREATE INDEX scan_vulnerability_number ON scan_vulnerability (vulnerability_id, observation_id);
