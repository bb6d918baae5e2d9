-- SPDX-License-Identifier: Apache-2.0
-- How many records were made of a document, written with them: the same bytes again need not be read to know that
-- nothing changed. 0: not known, or one of its records has gone since and would come back.
ALTER TABLE advisory_original ADD COLUMN records BIGINT NOT NULL DEFAULT 0;
