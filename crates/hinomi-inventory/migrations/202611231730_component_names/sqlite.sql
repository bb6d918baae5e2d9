-- SPDX-License-Identifier: Apache-2.0
-- JSON list: further purls and CPE names of the component; nothing for most.
ALTER TABLE component ADD COLUMN more TEXT;

-- Surroundings that are long and shared by the components of a carrier; `component.host` then holds the hash.
CREATE TABLE component_surroundings (
    hash TEXT PRIMARY KEY,
    text TEXT NOT NULL
);
