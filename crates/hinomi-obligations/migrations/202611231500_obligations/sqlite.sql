-- SPDX-License-Identifier: Apache-2.0
-- What somebody must do by a time. Times are UTC microseconds; a day ends by the calendar of its unit.

CREATE TABLE obligation (
    id               TEXT   NOT NULL PRIMARY KEY,
    -- self-check, improvement, directive, …: the words of whoever keeps the record.
    kind             TEXT   NOT NULL,
    -- The record that it is about.
    subject          TEXT   NOT NULL,
    unit_id          TEXT   NOT NULL,
    -- Who has to; null: those who fill the seats of the unit.
    person_id        TEXT,
    title            TEXT   NOT NULL,
    href             TEXT   NOT NULL,
    began_at         BIGINT NOT NULL,
    calendar         TEXT   NOT NULL,
    span             TEXT   NOT NULL,
    -- Without pauses.
    plain_due_at     BIGINT NOT NULL,
    due_at           BIGINT NOT NULL,
    done_at          BIGINT,
    done_by          TEXT   NOT NULL,
    withdrawn_at     BIGINT,
    withdrawn_by     TEXT   NOT NULL,
    withdrawn_reason TEXT   NOT NULL,
    UNIQUE (kind, subject)
);
CREATE INDEX obligation_open ON obligation (due_at, id) WHERE done_at IS NULL AND withdrawn_at IS NULL;
CREATE INDEX obligation_unit ON obligation (unit_id, due_at, id);
CREATE INDEX obligation_person ON obligation (person_id, due_at) WHERE person_id IS NOT NULL;

-- A time that does not count; it counts as a pause once somebody else than who asked has approved it.
CREATE TABLE obligation_pause (
    id            TEXT   NOT NULL PRIMARY KEY,
    obligation_id TEXT   NOT NULL REFERENCES obligation (id),
    from_at       BIGINT NOT NULL,
    -- Null while it lasts.
    to_at         BIGINT,
    reason        TEXT   NOT NULL,
    asked_by      TEXT   NOT NULL,
    asked_by_id   TEXT,
    approved_at   BIGINT,
    approved_by   TEXT   NOT NULL
);
CREATE INDEX obligation_pause_of ON obligation_pause (obligation_id, from_at);

-- Whom the clock has told what: each step once a person.
CREATE TABLE obligation_step (
    obligation_id TEXT   NOT NULL,
    step          TEXT   NOT NULL,
    person_id     TEXT   NOT NULL,
    taken_at      BIGINT NOT NULL,
    PRIMARY KEY (obligation_id, step, person_id)
) WITHOUT ROWID;

-- Under which calendar a unit and those below it work.
CREATE TABLE calendar_unit (
    unit_id  TEXT   NOT NULL PRIMARY KEY,
    calendar TEXT   NOT NULL,
    set_at   BIGINT NOT NULL,
    set_by   TEXT   NOT NULL
);

-- A unit's own days: off where others work, or at work where others rest.
CREATE TABLE calendar_day (
    unit_id TEXT    NOT NULL,
    day     TEXT    NOT NULL,
    is_off  BOOLEAN NOT NULL,
    name    TEXT    NOT NULL,
    set_at  BIGINT  NOT NULL,
    set_by  TEXT    NOT NULL,
    PRIMARY KEY (unit_id, day)
) WITHOUT ROWID;

CREATE VIEW v_obligation AS
SELECT o.id, o.kind, o.subject, o.unit_id, o.title, o.href, o.began_at, o.due_at, o.done_at, o.withdrawn_at,
    (SELECT MIN(s.taken_at) FROM obligation_step s WHERE s.obligation_id = o.id) AS reminded_at
FROM obligation o;
