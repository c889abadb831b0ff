-- Who went into a group, and out of it, so that it can be taken back.
ALTER TABLE sync_changes ADD COLUMN moved TEXT;     -- JSON
