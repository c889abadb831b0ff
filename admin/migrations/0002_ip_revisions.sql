-- Entries of an IP list belong to a revision. A new one is put together a few rows at a time beside
-- the one in force, so that nobody waits for a million rows, and is then put in force at once.

-- Taken from every other node first: what it adds while this goes on would not be copied.
ALTER TABLE ip_entries RENAME TO ip_entries_before;

CREATE TABLE ip_revisions (
    id       TEXT   NOT NULL PRIMARY KEY,
    begun_at BIGINT NOT NULL                      -- 0 once another has taken its place
);
CREATE INDEX ip_revisions_by_time ON ip_revisions (begun_at);

CREATE TABLE ip_revision_entries (
    revision TEXT   NOT NULL,
    place    BIGINT NOT NULL,
    range    TEXT   NOT NULL,                     -- written the shortest way
    note     TEXT   NOT NULL,
    PRIMARY KEY (revision, place),
    UNIQUE (revision, range)
);

ALTER TABLE ip_lists ADD COLUMN revision TEXT NOT NULL DEFAULT '';   -- in force; '' for no entries
ALTER TABLE ip_lists ADD COLUMN entries BIGINT NOT NULL DEFAULT 0;   -- how many that one has

INSERT INTO ip_revisions (id, begun_at) SELECT id, created_at FROM ip_lists;
INSERT INTO ip_revision_entries (revision, place, range, note)
    SELECT list_id, ROW_NUMBER() OVER (PARTITION BY list_id ORDER BY id), range, note FROM ip_entries_before;
UPDATE ip_lists SET revision = id,
    entries = (SELECT count(*) FROM ip_entries_before e WHERE e.list_id = ip_lists.id);
DROP TABLE ip_entries_before;
