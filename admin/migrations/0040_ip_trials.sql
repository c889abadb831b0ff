-- A change of who may come in that was made although it keeps out whoever made it: put back at `until`
-- unless somebody confirms it. One at a time.
CREATE TABLE ip_trials (
    name       TEXT   NOT NULL PRIMARY KEY,       -- pending
    list_id    TEXT   NOT NULL,
    effect     TEXT   NOT NULL,                   -- as the list was before: allow | deny
    scope      TEXT   NOT NULL,                   -- everywhere | applications
    revision   TEXT   NOT NULL,
    entries    BIGINT NOT NULL,
    actor_name TEXT   NOT NULL,
    address    TEXT   NOT NULL,
    begun_at   BIGINT NOT NULL,
    until      BIGINT NOT NULL
);

ALTER TABLE ip_revision_entries ADD COLUMN expires_at BIGINT;   -- counts no more from then on
