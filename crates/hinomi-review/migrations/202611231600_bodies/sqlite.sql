-- SPDX-License-Identifier: Apache-2.0
-- Bodies, their meetings, what was decided, and what they got to read. Times are UTC microseconds; months are YYYY-MM.

CREATE TABLE review_body (
    id         TEXT    NOT NULL PRIMARY KEY,
    code       TEXT    NOT NULL UNIQUE,
    unit_id    TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    name_ja    TEXT    NOT NULL,
    purpose    TEXT    NOT NULL,
    -- monthly, quarterly, yearly.
    cadence    TEXT    NOT NULL,
    -- JSON: what each agenda begins with.
    agenda     TEXT    NOT NULL,
    shipped    BOOLEAN NOT NULL,
    created_at BIGINT  NOT NULL,
    closed_at  BIGINT,
    version    BIGINT  NOT NULL
);

-- A place at the table: filled by whoever holds a seat of a unit, by all who hold such seats below a unit, or by a person.
CREATE TABLE review_place (
    id         TEXT    NOT NULL PRIMARY KEY,
    body_id    TEXT    NOT NULL REFERENCES review_body (id),
    role       TEXT    NOT NULL,
    chair      BOOLEAN NOT NULL,
    -- seat, seats_below, person.
    filled_by  TEXT    NOT NULL,
    unit_id    TEXT,
    seat_kind  TEXT,
    unit_kind  TEXT,
    -- Null while nobody is named.
    person_id  TEXT,
    position   BIGINT  NOT NULL,
    valid_from BIGINT  NOT NULL,
    valid_to   BIGINT  NOT NULL
);
CREATE INDEX review_place_body ON review_place (body_id, position);

-- Made once for a month and a unit, and never written again.
CREATE TABLE review_pack (
    id       TEXT   NOT NULL PRIMARY KEY,
    month    TEXT   NOT NULL,
    unit_id  TEXT   NOT NULL,
    made_at  BIGINT NOT NULL,
    document TEXT   NOT NULL,
    hash     TEXT   NOT NULL,
    UNIQUE (month, unit_id)
);

-- The rows behind a figure of a pack: JSON list of numbers of tickets.
CREATE TABLE review_pack_rows (
    pack_id TEXT NOT NULL REFERENCES review_pack (id),
    figure  TEXT NOT NULL,
    tickets TEXT NOT NULL,
    PRIMARY KEY (pack_id, figure)
) WITHOUT ROWID;

CREATE TABLE review_meeting (
    id         TEXT   NOT NULL PRIMARY KEY,
    body_id    TEXT   NOT NULL REFERENCES review_body (id),
    -- The month that it looks at.
    month      TEXT   NOT NULL,
    starts_at  BIGINT NOT NULL,
    place      TEXT   NOT NULL,
    -- planned, held, closed, cancelled.
    state      TEXT   NOT NULL,
    minutes    TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT   NOT NULL,
    closed_at  BIGINT,
    closed_by  TEXT,
    reason     TEXT   NOT NULL,
    version    BIGINT NOT NULL
);
CREATE INDEX review_meeting_body ON review_meeting (body_id, starts_at);
CREATE INDEX review_meeting_time ON review_meeting (starts_at, id);

CREATE TABLE review_agenda (
    meeting_id TEXT   NOT NULL REFERENCES review_meeting (id),
    position   BIGINT NOT NULL,
    -- Of the pack, such as `moved`; empty for a topic of its own.
    section    TEXT   NOT NULL,
    title      TEXT   NOT NULL,
    notes      TEXT   NOT NULL,
    PRIMARY KEY (meeting_id, position)
);

-- Who was to come, as the body stood that day, and who came.
CREATE TABLE review_attendance (
    meeting_id TEXT    NOT NULL REFERENCES review_meeting (id),
    person_id  TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    name_ja    TEXT    NOT NULL,
    role       TEXT    NOT NULL,
    chair      BOOLEAN NOT NULL,
    deputy     BOOLEAN NOT NULL,
    -- expected, present, absent, represented.
    state      TEXT    NOT NULL,
    position   BIGINT  NOT NULL,
    PRIMARY KEY (meeting_id, person_id)
);

-- What was decided. Nothing changes it: a later decision may take its place.
CREATE TABLE review_decision (
    id          TEXT   NOT NULL PRIMARY KEY,
    meeting_id  TEXT   NOT NULL REFERENCES review_meeting (id),
    number      BIGINT NOT NULL,
    agenda      BIGINT,
    text        TEXT   NOT NULL,
    reason      TEXT   NOT NULL,
    -- The figure of the pack that it answers.
    figure      TEXT   NOT NULL,
    replaces_id TEXT,
    decided_at  BIGINT NOT NULL,
    recorded_by TEXT   NOT NULL,
    UNIQUE (meeting_id, number)
);
CREATE UNIQUE INDEX review_decision_replaces ON review_decision (replaces_id) WHERE replaces_id IS NOT NULL;

-- What others may join.
CREATE VIEW v_review_decision AS
SELECT d.id, d.meeting_id, m.body_id, b.unit_id, m.month, d.number, d.text, d.replaces_id, d.decided_at
FROM review_decision d JOIN review_meeting m ON m.id = d.meeting_id JOIN review_body b ON b.id = m.body_id;

-- Reviews that were held, for whoever asks whether a unit looks at itself.
CREATE VIEW v_review_meeting AS
SELECT m.id, m.body_id, b.unit_id, m.month, m.starts_at, m.state
FROM review_meeting m JOIN review_body b ON b.id = m.body_id;
