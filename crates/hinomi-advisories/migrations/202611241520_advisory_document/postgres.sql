-- SPDX-License-Identifier: Apache-2.0
-- A document that speaks of several vulnerabilities is kept in parts, DOCUMENT::VULNERABILITY: its parts are found
-- without reading all records. The expressions are those of the query, word for word.
CREATE INDEX advisory_document ON advisory (split_part(id, '::', 1)) WHERE strpos(id, '::') > 0;
