-- SPDX-License-Identifier: Apache-2.0
-- Originals of one batch lie together: documents of one source are alike, and compressed as one they take a fraction.
-- An original with a block has nothing in its own column; those from before keep theirs.
CREATE TABLE advisory_block (
    id   BIGINT PRIMARY KEY,
    data BYTEA NOT NULL
);
ALTER TABLE advisory_original ADD COLUMN block_id BIGINT;
ALTER TABLE advisory_original ADD COLUMN block_offset BIGINT;
