-- SPDX-License-Identifier: Apache-2.0
-- What a coordinator decided by SSVC, as exploitation/automatable/technical impact; empty where nobody did.
ALTER TABLE advisory ADD COLUMN ssvc TEXT NOT NULL DEFAULT '';
ALTER TABLE vulnerability ADD COLUMN ssvc TEXT NOT NULL DEFAULT '';

-- Grows with every change of scores: whoever derives from them remembers how far it has read.
ALTER TABLE epss_day ADD COLUMN sequence BIGINT NOT NULL DEFAULT 0;
