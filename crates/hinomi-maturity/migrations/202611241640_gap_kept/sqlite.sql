-- SPDX-License-Identifier: Apache-2.0
-- The rows that would raise an axis of a large unit most, found beforehand: a cache of what any evaluation can be asked.
CREATE TABLE maturity_gap (
    close_id BIGINT NOT NULL,
    unit_no  BIGINT NOT NULL,
    axis     TEXT   NOT NULL,
    kept_at  BIGINT NOT NULL,
    -- JSON: [kind, id, unit_no, points, [indicator]], the dearest first.
    data     TEXT   NOT NULL,
    PRIMARY KEY (close_id, unit_no, axis)
);
