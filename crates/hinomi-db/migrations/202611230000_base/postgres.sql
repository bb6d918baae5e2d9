-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE id_sequence (
    name    TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    last_id BIGINT NOT NULL
);

CREATE TABLE search_gram (
    kind TEXT COLLATE "C" NOT NULL,
    gram TEXT COLLATE "C" NOT NULL,
    id   BIGINT NOT NULL,
    PRIMARY KEY (kind, gram, id)
);
CREATE INDEX search_gram_id ON search_gram (kind, id);

-- SQLite's json_each for a list of texts given as TEXT, so that one SQL text serves both engines.
CREATE FUNCTION json_each(list TEXT) RETURNS TABLE (value TEXT)
LANGUAGE SQL IMMUTABLE PARALLEL SAFE ROWS 500
AS $$ SELECT json_array_elements_text(CAST(list AS json)) $$;
