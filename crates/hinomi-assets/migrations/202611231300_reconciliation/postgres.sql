-- SPDX-License-Identifier: Apache-2.0
-- What each source says of each thing, what people have decided of it, and what they are asked.

-- A person must decide whether it is a thing of its own.
ALTER TABLE asset ADD COLUMN in_question BOOLEAN NOT NULL DEFAULT FALSE;
-- Its own words are among the records: assets made by hand or by name are recorded at the next reconciliation.
ALTER TABLE asset ADD COLUMN recorded BOOLEAN NOT NULL DEFAULT FALSE;
-- Only scanners know it.
ALTER TABLE asset ADD COLUMN discovered BOOLEAN NOT NULL DEFAULT FALSE;
-- What took it out of use, if not a person: question, merged, unseen, source. Such an asset may come back by itself.
ALTER TABLE asset ADD COLUMN retired_by TEXT NOT NULL DEFAULT '';
ALTER TABLE asset ADD COLUMN merged_into TEXT;
CREATE INDEX asset_unrecorded ON asset (id) WHERE NOT recorded;
CREATE INDEX asset_in_question ON asset (unit_id) WHERE in_question;
CREATE INDEX asset_discovered ON asset (discovered, name_key, unit_id) WHERE retired_at IS NULL AND discovered;

CREATE TABLE asset_source (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('manual', 'agent', 'cloud', 'cmdb', 'scanner', 'inventory')),
    -- Lower is believed first.
    rank BIGINT NOT NULL,
    -- JSON object: attribute to rank, where it differs.
    ranks TEXT NOT NULL,
    -- It numbers its things itself: two records are two things.
    numbered BOOLEAN NOT NULL
);

CREATE TABLE asset_record (
    id BIGINT NOT NULL PRIMARY KEY,
    source_id BIGINT NOT NULL REFERENCES asset_source (id),
    source_key TEXT COLLATE "C" NOT NULL,
    -- Hash of `data`: an unchanged record writes nothing but its time.
    content TEXT NOT NULL,
    -- JSON.
    data TEXT NOT NULL,
    -- The unit whose network or name rule it falls under.
    place TEXT,
    observed_at BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    asset_id TEXT REFERENCES asset (id),
    -- The asset it made, to which it returns when it is split off.
    home_id TEXT REFERENCES asset (id),
    -- To be reconciled.
    dirty BOOLEAN NOT NULL,
    UNIQUE (source_id, source_key)
);
CREATE INDEX asset_record_asset ON asset_record (asset_id);
CREATE INDEX asset_record_dirty ON asset_record (id) WHERE dirty;

-- Under which hashed identifiers a record is found.
CREATE TABLE asset_record_key (
    hash BIGINT NOT NULL,
    record_id BIGINT NOT NULL,
    PRIMARY KEY (hash, record_id)
);

-- What a source says of how its things hang together; resolved when read.
CREATE TABLE asset_relation (
    record_id BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('runs_on', 'hosts', 'connects_to', 'depends_on', 'image_of')),
    -- Hash of what the other end is found by.
    target BIGINT NOT NULL,
    -- id, cloud, name or asset.
    target_by TEXT NOT NULL,
    target_text TEXT NOT NULL,
    PRIMARY KEY (record_id, kind, target)
);
CREATE INDEX asset_relation_target ON asset_relation (target);

-- Two records are one thing, or two, because a person said so.
CREATE TABLE asset_decision (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('same', 'apart')),
    left_id BIGINT NOT NULL,
    right_id BIGINT NOT NULL,
    -- The two assets at that time, for the history.
    left_asset TEXT,
    right_asset TEXT,
    unit_id TEXT NOT NULL,
    decided_at BIGINT NOT NULL,
    decided_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    revoked_at BIGINT,
    revoked_by TEXT
);
CREATE INDEX asset_decision_left ON asset_decision (left_id) WHERE revoked_at IS NULL;
CREATE INDEX asset_decision_right ON asset_decision (right_id) WHERE revoked_at IS NULL;
CREATE INDEX asset_decision_time ON asset_decision (decided_at, id);

-- One row a thing in question, named by its most trusted record.
CREATE TABLE asset_question (
    record_id BIGINT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('ambiguous', 'contradiction')),
    rule TEXT NOT NULL,
    -- JSON array: the values that are shared.
    shared TEXT NOT NULL,
    -- The rule that speaks against, or nothing.
    against TEXT NOT NULL,
    -- JSON array of records that stand for the candidates, the proposed one first.
    candidates TEXT NOT NULL,
    -- Who may decide: the owner of the proposed asset.
    unit_id TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT
);
CREATE INDEX asset_question_open ON asset_question (closed_at, opened_at, record_id, unit_id);

-- Where a thing that nobody has assigned belongs, by its network or its name; the first rule that fits.
CREATE TABLE assignment_rule (
    id TEXT NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL,
    -- 192.0.2.0/24, or nothing.
    network TEXT NOT NULL,
    -- web-*, or nothing.
    name_pattern TEXT NOT NULL,
    unit_id TEXT NOT NULL,
    -- Without one, the unit's own system of discovered assets.
    system_id TEXT REFERENCES system (id),
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL
);
CREATE INDEX assignment_rule_position ON assignment_rule (position, id);

-- With one of these a host of the unit makes itself known. Only hashes are kept.
CREATE TABLE enrolment_token (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    unit_id TEXT NOT NULL,
    -- New hosts belong to it; without one, to the unit's own system of discovered assets.
    system_id TEXT REFERENCES system (id),
    secret_hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX enrolment_token_unit ON enrolment_token (unit_id, created_at);

-- A host that may write its own inventory, and nothing else.
CREATE TABLE enrolled_host (
    id TEXT NOT NULL PRIMARY KEY,
    token_id TEXT NOT NULL REFERENCES enrolment_token (id),
    -- What the host calls itself: its machine id.
    host_key TEXT NOT NULL,
    secret_hash TEXT NOT NULL UNIQUE,
    asset_id TEXT REFERENCES asset (id),
    -- Of the inventory it sent last.
    document_hash TEXT NOT NULL,
    enrolled_at BIGINT NOT NULL,
    pushed_at BIGINT,
    revoked_at BIGINT
);
CREATE UNIQUE INDEX enrolled_host_key ON enrolled_host (token_id, host_key) WHERE revoked_at IS NULL;
CREATE INDEX enrolled_host_token ON enrolled_host (token_id, enrolled_at);

-- What the columns of a company's own tables mean.
CREATE TABLE import_mapping (
    name TEXT NOT NULL PRIMARY KEY,
    -- JSON.
    mapping TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL
);
