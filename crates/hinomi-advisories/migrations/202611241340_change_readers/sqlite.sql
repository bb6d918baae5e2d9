-- SPDX-License-Identifier: Apache-2.0
-- How far each reader of a digest was told: by numbers, which grow in the order of commits, because a change may be committed
-- after the moment that it bears.
CREATE TABLE change_reader (
    reader           TEXT   PRIMARY KEY,
    until_at         BIGINT NOT NULL,
    change_id        BIGINT NOT NULL,
    vulnerability_id BIGINT NOT NULL
);
