-- SPDX-License-Identifier: Apache-2.0
-- Records whose vulnerability must be worked out again, written with the change itself: a run that breaks off before
-- it has grouped them forgets nothing. `sequence` tells a later change from the one that was grouped.
CREATE TABLE advisory_pending (
    advisory_no BIGINT PRIMARY KEY,
    sequence    BIGINT NOT NULL
);
INSERT INTO advisory_pending (advisory_no, sequence)
SELECT no, sequence FROM advisory WHERE vulnerability_id IS NULL;
