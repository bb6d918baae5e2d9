-- SPDX-License-Identifier: Apache-2.0
-- What is reported of attackers. The document is the report as it was read; its original is kept under the hash.
CREATE TABLE threat (
    id          TEXT    PRIMARY KEY,
    feed_id     BIGINT  NOT NULL,
    source      TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    author      TEXT,
    created     BIGINT,
    modified    BIGINT,
    valid_until BIGINT,
    revoked     BOOLEAN NOT NULL,
    confidence  BIGINT,
    tlp         TEXT    NOT NULL,
    hash        TEXT    NOT NULL,
    document    TEXT    NOT NULL,
    received_at BIGINT  NOT NULL
);
CREATE INDEX threat_modified ON threat (modified, id);

CREATE TABLE threat_cve (
    cve       TEXT NOT NULL,
    threat_id TEXT NOT NULL,
    PRIMARY KEY (cve, threat_id)
);
CREATE INDEX threat_cve_threat ON threat_cve (threat_id);

-- What feeds bring beside records: decision points and tables of SSVC, selections, ends of life.
CREATE TABLE feed_document (
    kind        TEXT   NOT NULL,
    id          TEXT   NOT NULL,
    feed_id     BIGINT NOT NULL,
    hash        TEXT   NOT NULL,
    document    TEXT   NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (kind, id)
);

-- Words of records in other languages than English, folded for searching.
CREATE TABLE advisory_text (
    advisory_no BIGINT NOT NULL,
    language    TEXT   NOT NULL,
    title       TEXT   NOT NULL,
    folded      TEXT   NOT NULL,
    PRIMARY KEY (advisory_no, language)
);

-- What changed, as values that can be told in any language; older rows have their words in `what` (kind 'text').
ALTER TABLE vulnerability_change ADD COLUMN kind TEXT NOT NULL DEFAULT 'text';
ALTER TABLE vulnerability_change ADD COLUMN old_value TEXT NOT NULL DEFAULT '';
ALTER TABLE vulnerability_change ADD COLUMN new_value TEXT NOT NULL DEFAULT '';
ALTER TABLE vulnerability_change ADD COLUMN record TEXT NOT NULL DEFAULT '';
CREATE INDEX vulnerability_change_at ON vulnerability_change (at, id);
CREATE INDEX vulnerability_first_seen ON vulnerability (first_seen, id);
