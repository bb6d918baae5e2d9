-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE id_sequence (
    name    TEXT   NOT NULL PRIMARY KEY,
    last_id BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE search_gram (
    kind TEXT   NOT NULL,
    gram TEXT   NOT NULL,
    id   BIGINT NOT NULL,
    PRIMARY KEY (kind, gram, id)
) WITHOUT ROWID;
CREATE INDEX search_gram_id ON search_gram (kind, id);
