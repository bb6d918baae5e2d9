-- SPDX-License-Identifier: Apache-2.0
-- JSON: what of its carrier decides whether an advisory speaks of the component; nothing for most.
ALTER TABLE component ADD COLUMN host TEXT;
