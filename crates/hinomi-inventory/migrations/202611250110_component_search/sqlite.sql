-- SPDX-License-Identifier: Apache-2.0
-- "Who has this package?" is asked by the whole name, in any case of letters.
CREATE INDEX component_name_key ON component (lower(name));
CREATE INDEX component_package_key ON component (lower(package));
