-- SPDX-License-Identifier: Apache-2.0
-- Advisory × distinct component, once for however many carriers; from when until when it held.
CREATE TABLE component_match (
    component_id     BIGINT NOT NULL,
    advisory_no      BIGINT NOT NULL,
    from_at          BIGINT NOT NULL,
    to_at            BIGINT NOT NULL,
    vulnerability_id BIGINT NOT NULL,
    state            TEXT   NOT NULL,
    fixed            TEXT,
    rule             TEXT   NOT NULL,
    evidence         TEXT   NOT NULL,
    reason           TEXT,
    sequence         BIGINT NOT NULL,
    PRIMARY KEY (component_id, advisory_no, from_at)
);
CREATE INDEX component_match_vulnerability ON component_match (vulnerability_id, to_at);
CREATE INDEX component_match_advisory ON component_match (advisory_no, to_at);
CREATE INDEX component_match_sequence ON component_match (sequence);

-- Why a component cannot be judged, or not wholly.
CREATE TABLE component_unknown (
    component_id BIGINT NOT NULL,
    from_at      BIGINT NOT NULL,
    to_at        BIGINT NOT NULL,
    code         TEXT   NOT NULL,
    text         TEXT   NOT NULL,
    PRIMARY KEY (component_id, from_at)
);
CREATE INDEX component_unknown_code ON component_unknown (to_at, code, component_id);

-- Components that have met the advisories; the others are still to be matched.
CREATE TABLE component_matched (
    component_id BIGINT PRIMARY KEY
);

-- How far the matching has read: 'advisories' (their sequence), 'coverage' (a hash of what is loaded).
CREATE TABLE match_progress (
    name  TEXT   PRIMARY KEY,
    value BIGINT NOT NULL
);
