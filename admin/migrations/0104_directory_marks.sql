-- From where on a directory is asked for changes: behind what was taken over. NULL: everything is listed.
ALTER TABLE directories ADD COLUMN mark TEXT;
-- The mark behind what a run has read; the directory's once it is done.
ALTER TABLE sync_runs ADD COLUMN mark TEXT;
