-- SPDX-License-Identifier: Apache-2.0
-- Systems and assets. Intervals are half open [valid_from, valid_to) in UTC microseconds;
-- 253402207200000000 means "still valid".

CREATE TABLE system (
    id TEXT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_ja TEXT NOT NULL,
    -- What lists sort by: the folded name.
    name_key TEXT NOT NULL,
    -- Folded code, names and customer: what a search looks into.
    search_text TEXT NOT NULL,
    -- The owner of now; past owners are in system_owner.
    unit_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('internal', 'customer')),
    customer TEXT NOT NULL,
    -- FIPS 199 impact levels: 1 low, 2 moderate, 3 high; importance is the highest of the three.
    confidentiality BIGINT NOT NULL CHECK (confidentiality BETWEEN 1 AND 3),
    integrity BIGINT NOT NULL CHECK (integrity BETWEEN 1 AND 3),
    availability BIGINT NOT NULL CHECK (availability BETWEEN 1 AND 3),
    importance BIGINT NOT NULL CHECK (importance BETWEEN 1 AND 3),
    -- 1 internal, 2 partner, 3 Internet.
    reachability BIGINT NOT NULL CHECK (reachability BETWEEN 1 AND 3),
    sensitive_data BOOLEAN NOT NULL,
    -- JSON array of texts.
    sensitive_kinds TEXT NOT NULL,
    description TEXT NOT NULL,
    -- The one system that holds assets without a system.
    unassigned BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    retired_at BIGINT
);
CREATE UNIQUE INDEX system_unassigned ON system (unassigned) WHERE unassigned;
CREATE INDEX system_name ON system (name_key, id) WHERE retired_at IS NULL;
CREATE INDEX system_unit ON system (unit_id, name_key, id) WHERE retired_at IS NULL;

CREATE TABLE system_owner (
    system_id TEXT NOT NULL REFERENCES system (id),
    unit_id TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT NOT NULL,
    PRIMARY KEY (system_id, valid_from),
    CHECK (valid_from < valid_to)
);
CREATE UNIQUE INDEX system_owner_open ON system_owner (system_id) WHERE valid_to = 253402207200000000;
CREATE INDEX system_owner_unit ON system_owner (unit_id, valid_from);

CREATE TABLE asset (
    id TEXT NOT NULL PRIMARY KEY,
    -- The carrier id of the inventory: dense, never reused.
    ordinal BIGINT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    -- Folded name and identifiers: what a search looks into.
    search_text TEXT NOT NULL,
    kind TEXT NOT NULL
        CHECK (kind IN ('host', 'network_device', 'cloud_resource', 'container_image', 'listening_service')),
    -- The system of now and its owner of now; the past is in asset_membership and system_owner.
    system_id TEXT NOT NULL REFERENCES system (id),
    unit_id TEXT NOT NULL,
    unassigned BOOLEAN NOT NULL,
    -- JSON object of texts.
    attributes TEXT NOT NULL,
    os_id TEXT NOT NULL,
    os_version TEXT NOT NULL,
    os_name TEXT NOT NULL,
    has_inventory BOOLEAN NOT NULL,
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    retired_at BIGINT
);
-- Among assets in use a name is one asset: imports find theirs by it.
CREATE UNIQUE INDEX asset_name ON asset (name_key) WHERE retired_at IS NULL;
-- Holds all that a search and its count read, so that neither touches the table.
-- A leading column with an equality makes SQLite choose the index without statistics.
CREATE INDEX asset_search ON asset (retired_at, name_key, search_text, unit_id, kind);
CREATE INDEX asset_unit ON asset (retired_at, unit_id, name_key, search_text);
CREATE INDEX asset_system ON asset (system_id, name_key) WHERE retired_at IS NULL;
CREATE INDEX asset_unassigned ON asset (unassigned, name_key, search_text, unit_id) WHERE retired_at IS NULL;
CREATE INDEX asset_without_inventory ON asset (has_inventory, name_key, search_text, unit_id) WHERE retired_at IS NULL;
CREATE INDEX asset_last_seen ON asset (last_seen, ordinal, unit_id) WHERE retired_at IS NULL;

CREATE TABLE asset_membership (
    asset_id TEXT NOT NULL REFERENCES asset (id),
    system_id TEXT NOT NULL REFERENCES system (id),
    valid_from BIGINT NOT NULL,
    valid_to BIGINT NOT NULL,
    PRIMARY KEY (asset_id, valid_from),
    CHECK (valid_from < valid_to)
);
CREATE UNIQUE INDEX asset_membership_open ON asset_membership (asset_id) WHERE valid_to = 253402207200000000;
CREATE INDEX asset_membership_system ON asset_membership (system_id, valid_from);

CREATE TABLE asset_identifier (
    asset_id TEXT NOT NULL REFERENCES asset (id),
    -- hostname, fqdn, ip, mac, serial, machine_id, cloud_id, image_digest, …
    scheme TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (asset_id, scheme)
);
CREATE INDEX asset_identifier_value ON asset_identifier (scheme, value);

-- Who changed what of a system or an asset, before and after.
CREATE TABLE cmdb_change (
    id TEXT NOT NULL PRIMARY KEY,
    -- A system id or an asset id.
    subject_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    actor_type TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    actor_id TEXT,
    -- created, changed, owner, assigned, retired, …
    action TEXT NOT NULL,
    -- JSON objects with the changed fields only.
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX cmdb_change_subject ON cmdb_change (subject_id, at, id);

-- What other domains may join.
CREATE VIEW v_system AS
SELECT id, code, name, name_ja, unit_id, kind, customer, confidentiality, integrity, availability, importance,
    reachability, sensitive_data, unassigned, created_at, retired_at
FROM system;

CREATE VIEW v_system_owner AS
SELECT system_id, unit_id, valid_from, valid_to FROM system_owner;

CREATE VIEW v_asset AS
SELECT id, ordinal, name, kind, system_id, unit_id, unassigned, os_id, os_version, os_name, has_inventory,
    first_seen, last_seen, created_at, retired_at
FROM asset;

CREATE VIEW v_asset_membership AS
SELECT asset_id, system_id, valid_from, valid_to FROM asset_membership;
