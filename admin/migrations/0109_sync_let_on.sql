-- When somebody who had looked at a run let it go on: what it does is no surprise to anybody.
ALTER TABLE sync_runs ADD COLUMN let_on_at BIGINT;
