-- SPDX-License-Identifier: Apache-2.0
-- Named filters of lists, each of a person, and for everybody when shared.
CREATE TABLE saved_filter (
    id TEXT NOT NULL PRIMARY KEY,
    -- Which list: assets, …
    list TEXT NOT NULL,
    name TEXT NOT NULL,
    -- The query of the list's address, without its page.
    query TEXT NOT NULL,
    person_id TEXT NOT NULL,
    person_name TEXT NOT NULL,
    shared BOOLEAN NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX saved_filter_own ON saved_filter (person_id, list, name);
CREATE INDEX saved_filter_shared ON saved_filter (list, name) WHERE shared;
