-- SPDX-License-Identifier: Apache-2.0
-- A distinct package in one version and distribution context. `identity` is a hash of what matching reads.
CREATE TABLE component (
    id             BIGINT PRIMARY KEY,
    identity       TEXT   NOT NULL UNIQUE,
    kind           TEXT   NOT NULL,
    name           TEXT   NOT NULL,
    version        TEXT,
    purl           TEXT,
    cpe            TEXT,
    source_name    TEXT,
    source_version TEXT,
    arch           TEXT,
    distro         TEXT,
    supplier       TEXT,
    kernel_running BOOLEAN,
    ecosystem      TEXT   NOT NULL,
    release        TEXT,
    package        TEXT   NOT NULL,
    first_seen     BIGINT NOT NULL
);
CREATE INDEX component_name ON component (name, id);
CREATE INDEX component_purl ON component (purl);
CREATE INDEX component_release ON component (ecosystem, release);
CREATE INDEX component_kernel ON component (kernel_running, id) WHERE kernel_running = false;
CREATE INDEX component_distribution ON component (kind, id) WHERE kind = 'distribution';

-- The keys under which advisories speak of a component; the other half of the match.
CREATE TABLE component_key (
    ecosystem    TEXT   NOT NULL,
    package      TEXT   NOT NULL,
    component_id BIGINT NOT NULL,
    PRIMARY KEY (ecosystem, package, component_id)
) WITHOUT ROWID;

CREATE TABLE inventory_source (
    id   BIGINT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);

-- A component list that many carriers share; carriers store only their difference from it.
CREATE TABLE inventory_profile (
    id         BIGINT PRIMARY KEY,
    identity   TEXT   NOT NULL UNIQUE,
    components BIGINT NOT NULL,
    data       BLOB   NOT NULL
);

-- Min-hash bands of each profile: a new list finds the profile it is nearest to without reading them all.
CREATE TABLE inventory_profile_band (
    signature  BIGINT NOT NULL,
    profile_id BIGINT NOT NULL,
    PRIMARY KEY (signature, profile_id)
) WITHOUT ROWID;

-- What one source showed on one carrier, from when until when. Never updated but for its end.
CREATE TABLE inventory_interval (
    carrier_id  BIGINT NOT NULL,
    source_id   BIGINT NOT NULL,
    from_at     BIGINT NOT NULL,
    to_at       BIGINT NOT NULL,
    snapshot_id BIGINT NOT NULL,
    profile_id  BIGINT NOT NULL,
    difference  BLOB,
    components  BIGINT NOT NULL,
    sequence    BIGINT NOT NULL,
    PRIMARY KEY (carrier_id, source_id, from_at)
) WITHOUT ROWID;
CREATE INDEX inventory_interval_sequence ON inventory_interval (sequence);

-- The newest word of each source about each carrier; the only rows that an unchanged report touches.
CREATE TABLE inventory_observation (
    carrier_id    BIGINT  NOT NULL,
    source_id     BIGINT  NOT NULL,
    observed_at   BIGINT  NOT NULL,
    received_at   BIGINT  NOT NULL,
    complete      BOOLEAN NOT NULL,
    complete_at   BIGINT  NOT NULL,
    content       TEXT    NOT NULL,
    PRIMARY KEY (carrier_id, source_id)
) WITHOUT ROWID;

-- `data` holds the component set of partial and held snapshots; that of an applied one is its interval.
CREATE TABLE snapshot (
    id            BIGINT  PRIMARY KEY,
    carrier_id    BIGINT  NOT NULL,
    source_id     BIGINT  NOT NULL,
    observed_at   BIGINT  NOT NULL,
    received_at   BIGINT  NOT NULL,
    complete      BOOLEAN NOT NULL,
    format        TEXT    NOT NULL,
    document_hash TEXT,
    content       TEXT    NOT NULL,
    components    BIGINT  NOT NULL,
    added         BIGINT  NOT NULL,
    removed       BIGINT  NOT NULL,
    state         TEXT    NOT NULL,
    data          BLOB,
    warnings      TEXT
);
CREATE INDEX snapshot_carrier ON snapshot (carrier_id, observed_at);
CREATE INDEX snapshot_held ON snapshot (state, id) WHERE state = 'held';

-- The file as it came, compressed; everything above can be derived from it again.
CREATE TABLE inventory_document (
    hash       TEXT   PRIMARY KEY,
    format     TEXT   NOT NULL,
    size_bytes BIGINT NOT NULL,
    data       BLOB   NOT NULL
);
