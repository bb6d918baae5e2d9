-- SPDX-License-Identifier: Apache-2.0
-- What was known of a vulnerability when the items of it were last decided: severity, exploitation, likelihood, decision
-- points, as JSON. What differs from it in the policy's eyes is decided anew, and the history says what it was.
CREATE TABLE ticket_facts (
    vulnerability_id BIGINT PRIMARY KEY,
    facts            TEXT   NOT NULL
);
