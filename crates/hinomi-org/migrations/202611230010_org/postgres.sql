-- SPDX-License-Identifier: Apache-2.0
-- The organisation. Intervals are half open [valid_from, valid_to) in UTC microseconds;
-- 253402207200000000 (the last writable hour of the year 9999) means "still valid". Keys that order lists collate bytewise, as on SQLite.

CREATE TABLE unit (
    id TEXT NOT NULL PRIMARY KEY,
    code TEXT COLLATE "C" NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('group', 'region', 'company', 'department', 'section')),
    created_at BIGINT NOT NULL
);

CREATE TABLE unit_version (
    unit_id TEXT NOT NULL REFERENCES unit (id),
    valid_from BIGINT NOT NULL,
    valid_to BIGINT NOT NULL,
    parent_id TEXT REFERENCES unit (id),
    name TEXT NOT NULL,
    name_ja TEXT NOT NULL,
    PRIMARY KEY (unit_id, valid_from),
    CHECK (valid_from < valid_to)
);
CREATE UNIQUE INDEX unit_version_open ON unit_version (unit_id) WHERE valid_to = 253402207200000000;
CREATE INDEX unit_version_parent ON unit_version (parent_id);

-- Every ancestor of every unit, itself included (depth 0), with the interval in which it was one.
CREATE TABLE unit_closure (
    ancestor_id TEXT NOT NULL REFERENCES unit (id),
    descendant_id TEXT NOT NULL REFERENCES unit (id),
    depth BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT NOT NULL,
    PRIMARY KEY (ancestor_id, descendant_id, valid_from)
);
CREATE INDEX unit_closure_descendant ON unit_closure (descendant_id, valid_from);

CREATE TABLE person (
    id TEXT NOT NULL PRIMARY KEY,
    code TEXT COLLATE "C" NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_native TEXT NOT NULL,
    -- What lists sort by: the folded name.
    name_key TEXT COLLATE "C" NOT NULL,
    -- Folded name, native name, code and address: what a search looks into.
    search_text TEXT NOT NULL,
    email TEXT,
    unit_id TEXT NOT NULL REFERENCES unit (id),
    created_at BIGINT NOT NULL,
    left_at BIGINT
);
CREATE UNIQUE INDEX person_email ON person (email) WHERE email IS NOT NULL;
CREATE INDEX person_name ON person (name_key, id);
CREATE INDEX person_unit ON person (unit_id, name_key, id);

CREATE TABLE person_membership (
    person_id TEXT NOT NULL REFERENCES person (id),
    unit_id TEXT NOT NULL REFERENCES unit (id),
    valid_from BIGINT NOT NULL,
    valid_to BIGINT NOT NULL,
    PRIMARY KEY (person_id, valid_from),
    CHECK (valid_from < valid_to)
);
CREATE INDEX person_membership_unit ON person_membership (unit_id, valid_from);

CREATE TABLE seat (
    id TEXT NOT NULL PRIMARY KEY,
    unit_id TEXT NOT NULL REFERENCES unit (id),
    kind TEXT NOT NULL,
    -- The unit must fill it: an empty one is a vacancy that lists show.
    required BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    closed_at BIGINT
);
CREATE UNIQUE INDEX seat_open ON seat (unit_id, kind) WHERE closed_at IS NULL;

CREATE TABLE seat_assignment (
    id TEXT NOT NULL PRIMARY KEY,
    seat_id TEXT NOT NULL REFERENCES seat (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    deputy BOOLEAN NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT NOT NULL,
    CHECK (valid_from < valid_to)
);
CREATE UNIQUE INDEX seat_assignment_open ON seat_assignment (seat_id, deputy)
    WHERE valid_to = 253402207200000000;
CREATE INDEX seat_assignment_seat ON seat_assignment (seat_id, deputy, valid_from);
CREATE INDEX seat_assignment_person ON seat_assignment (person_id, valid_to);

-- What other domains may join.
CREATE VIEW v_unit AS
SELECT u.id, u.code, u.kind, v.parent_id, v.name, v.name_ja, v.valid_from, v.valid_to
FROM unit u JOIN unit_version v ON v.unit_id = u.id;

CREATE VIEW v_unit_closure AS
SELECT ancestor_id, descendant_id, depth, valid_from, valid_to FROM unit_closure;

CREATE VIEW v_person AS
SELECT id, code, name, name_native, email, unit_id, left_at FROM person;

CREATE VIEW v_seat_holder AS
SELECT s.id AS seat_id, s.unit_id, s.kind, a.person_id, a.deputy, a.valid_from, a.valid_to
FROM seat s JOIN seat_assignment a ON a.seat_id = s.id;
