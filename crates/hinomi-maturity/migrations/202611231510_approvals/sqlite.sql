-- SPDX-License-Identifier: Apache-2.0
-- That the procedure of an axis is approved for a unit and everything below it; revoked ones stay for the months in which they held.
CREATE TABLE procedure_approval (
    id          TEXT   NOT NULL PRIMARY KEY,
    unit_id     TEXT   NOT NULL,
    axis        TEXT   NOT NULL,
    title       TEXT   NOT NULL,
    link        TEXT   NOT NULL,
    -- YYYY-MM-DD.
    approved_on TEXT   NOT NULL,
    approved_by TEXT   NOT NULL,
    expires_on  TEXT,
    recorded_at BIGINT NOT NULL,
    recorded_by TEXT   NOT NULL,
    revoked_at  BIGINT,
    revoked_by  TEXT   NOT NULL
);
CREATE INDEX procedure_approval_unit ON procedure_approval (unit_id, axis);
