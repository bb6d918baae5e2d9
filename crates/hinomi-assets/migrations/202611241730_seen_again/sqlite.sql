-- SPDX-License-Identifier: Apache-2.0
-- Every host sends its document once more: of those whose last one was held or counted as older, the hash stood as if it
-- counted, and nothing was wanted of them.
UPDATE enrolled_host SET document_hash = '';

-- What went out of use unseen comes back by its name, too.
CREATE INDEX asset_unseen_name ON asset (name_key, last_seen) WHERE retired_by = 'unseen';

-- The rules by which the records have their places: while these are the rules, no record has to be read for it.
CREATE TABLE asset_placing (
    id BIGINT NOT NULL PRIMARY KEY,
    rules TEXT NOT NULL
);

-- What is related to a part by hand is related to its whole.
CREATE INDEX asset_part ON asset (merged_into) WHERE merged_into IS NOT NULL;
