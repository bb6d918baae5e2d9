-- All that is counted of assets and all that tells whose they are, so that neither touches the wide rows.
CREATE INDEX asset_standing ON asset (retired_at, unit_id, ordinal, has_inventory, unassigned, last_seen);
