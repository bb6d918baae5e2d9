-- SPDX-License-Identifier: Apache-2.0
-- What a carrier has from another that turned out to be the same thing, so that it can be given back.
CREATE TABLE inventory_takeover (
    carrier_id   BIGINT NOT NULL,
    source_id    BIGINT NOT NULL,
    from_carrier BIGINT NOT NULL,
    -- The observation as it was taken over; a newer one of the carrier's own is not given back.
    content      TEXT   NOT NULL,
    observed_at  BIGINT NOT NULL,
    -- JSON: the carrier's own observation before, or nothing.
    own_before   TEXT   NOT NULL,
    PRIMARY KEY (carrier_id, source_id, from_carrier)
);
