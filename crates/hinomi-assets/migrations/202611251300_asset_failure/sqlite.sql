-- SPDX-License-Identifier: Apache-2.0
-- Records that could not be made part of the inventory, and why: they are tried again at each run.
CREATE TABLE asset_failure (
    record_id BIGINT NOT NULL PRIMARY KEY,
    message TEXT NOT NULL,
    since BIGINT NOT NULL,
    tried_at BIGINT NOT NULL
);
