-- SPDX-License-Identifier: Apache-2.0
-- A pause stops the clock of anything that is owed, also of what its owner keeps itself (`ticket:17`): no reference any more.
CREATE TABLE obligation_pause_of_all (
    id            TEXT   NOT NULL PRIMARY KEY,
    obligation_id TEXT   NOT NULL,
    from_at       BIGINT NOT NULL,
    to_at         BIGINT,
    reason        TEXT   NOT NULL,
    asked_by      TEXT   NOT NULL,
    asked_by_id   TEXT,
    approved_at   BIGINT,
    approved_by   TEXT   NOT NULL
);
INSERT INTO obligation_pause_of_all
SELECT id, obligation_id, from_at, to_at, reason, asked_by, asked_by_id, approved_at, approved_by FROM obligation_pause;
DROP TABLE obligation_pause;
ALTER TABLE obligation_pause_of_all RENAME TO obligation_pause;
CREATE INDEX obligation_pause_of ON obligation_pause (obligation_id, from_at);
