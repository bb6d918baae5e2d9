-- SPDX-License-Identifier: Apache-2.0
-- What reports are assembled from, each by its id, whatever document it came in; waiting: reports that it changes are
-- not assembled yet.
CREATE TABLE threat_object (
    id          TEXT    PRIMARY KEY,
    feed_id     BIGINT  NOT NULL,
    kind        TEXT    NOT NULL,
    modified    BIGINT,
    hash        TEXT    NOT NULL,
    document    TEXT    NOT NULL,
    received_at BIGINT  NOT NULL,
    is_waiting  BOOLEAN NOT NULL
) WITHOUT ROWID;
CREATE INDEX threat_object_waiting ON threat_object (id) WHERE is_waiting;
CREATE INDEX threat_object_feed ON threat_object (feed_id);

-- Which object names which, and as what; the other may not have come yet.
CREATE TABLE threat_edge (
    object_id TEXT   NOT NULL,
    role      BIGINT NOT NULL,
    end_id    TEXT   NOT NULL,
    PRIMARY KEY (object_id, role, end_id)
) WITHOUT ROWID;
CREATE INDEX threat_edge_end ON threat_edge (end_id, role, object_id);

-- The words by which a report is found, pairs of characters where a script has no spaces.
CREATE TABLE threat_word (
    word      TEXT NOT NULL,
    threat_id TEXT NOT NULL,
    PRIMARY KEY (word, threat_id)
) WITHOUT ROWID;
CREATE INDEX threat_word_threat ON threat_word (threat_id);
ALTER TABLE threat DROP COLUMN folded;
ALTER TABLE threat ADD COLUMN is_indexed BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX threat_unindexed ON threat (id) WHERE NOT is_indexed;
-- The order in which reports are listed.
DROP INDEX threat_modified;
CREATE INDEX threat_latest ON threat ((COALESCE(modified, 0)) DESC, id);
