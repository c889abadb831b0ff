-- The organisation's directories, and who and what of theirs is whom and what here.
CREATE TABLE directories (
    id          TEXT   NOT NULL PRIMARY KEY,
    kind        TEXT   NOT NULL,                -- ldap | …
    name        TEXT   NOT NULL,
    name_key    TEXT   NOT NULL UNIQUE,
    used_for    TEXT   NOT NULL,                -- both | organisation | sign_in
    settings    TEXT   NOT NULL,                -- JSON, without a secret
    secret      BYTEA,                          -- sealed
    enabled_at  BIGINT,                         -- NULL: not used (yet)
    position    BIGINT NOT NULL,                -- in which order they stand on the sign-in page
    synced_at   BIGINT,                         -- when a run over everything was last done
    next_run_at BIGINT,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL
);

CREATE TABLE directory_people (
    directory_id   TEXT   NOT NULL REFERENCES directories (id) ON DELETE CASCADE,
    their_key      TEXT   NOT NULL,             -- what never changes of an entry there
    member_id      TEXT   NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    -- What the directory said when it was last taken over (SHA-256, the first half), and the version of
    -- the member then; NULL: to be looked at again.
    facts          BYTEA,
    member_version BIGINT,
    -- Since when the person is shut out because the directory says so, or no longer names them.
    shut_at        BIGINT,
    -- Since when the directory no longer names them.
    gone_at        BIGINT,
    linked_at      BIGINT NOT NULL,
    PRIMARY KEY (directory_id, their_key),
    UNIQUE (directory_id, member_id)
);
CREATE INDEX directory_people_by_member ON directory_people (member_id);

CREATE TABLE directory_departments (
    directory_id  TEXT   NOT NULL REFERENCES directories (id) ON DELETE CASCADE,
    their_key     TEXT   NOT NULL,
    department_id TEXT   NOT NULL REFERENCES departments (id) ON DELETE CASCADE,
    PRIMARY KEY (directory_id, their_key),
    UNIQUE (department_id)
);

CREATE TABLE directory_groups (
    directory_id TEXT   NOT NULL REFERENCES directories (id) ON DELETE CASCADE,
    their_key    TEXT   NOT NULL,
    group_id     TEXT   NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    PRIMARY KEY (directory_id, their_key),
    UNIQUE (group_id)
);

-- What each run did. They outlive the directory.
CREATE TABLE sync_runs (
    id             TEXT   NOT NULL PRIMARY KEY,
    directory_id   TEXT   NOT NULL,
    directory_name TEXT   NOT NULL,
    mode           TEXT   NOT NULL,             -- full | changes | undo
    is_trial       BIGINT,                      -- 1: nothing is to be written
    phase          TEXT   NOT NULL,             -- reading | waiting | applying | done | failed | dropped | undone
    actor_kind     TEXT   NOT NULL,
    actor_id       TEXT,
    actor_name     TEXT   NOT NULL,
    started_at     BIGINT NOT NULL,
    finished_at    BIGINT,
    listed         BIGINT NOT NULL,             -- so many entries were read
    known          BIGINT NOT NULL,             -- so many were known before
    planned        BIGINT NOT NULL,
    done           BIGINT NOT NULL,
    failed         BIGINT NOT NULL,
    reason         TEXT,                        -- why it waits or failed: JSON, in both languages
    undoes         TEXT                         -- the run that is taken back
);
CREATE INDEX sync_runs_by_directory ON sync_runs (directory_id, started_at, id);
CREATE INDEX sync_runs_by_phase ON sync_runs (phase);

CREATE TABLE sync_changes (
    run_id       TEXT   NOT NULL REFERENCES sync_runs (id) ON DELETE CASCADE,
    seq          BIGINT NOT NULL,
    turn         BIGINT NOT NULL,               -- what comes first; then by their_key, in whatever order it was listed
    object       TEXT   NOT NULL,               -- department | person | group
    kind         TEXT   NOT NULL,               -- create | update | link | enable | disable | remove | conflict
    their_key    TEXT   NOT NULL,
    object_id    TEXT,
    name         TEXT   NOT NULL,
    entry        TEXT,                          -- JSON: what the directory says
    state_before TEXT,                          -- JSON
    state_after  TEXT,                          -- JSON
    outcome      TEXT   NOT NULL,               -- planned | held | done | failed | taken_back
    reason       TEXT,                          -- JSON, in both languages
    PRIMARY KEY (run_id, seq)
);
CREATE INDEX sync_changes_by_outcome ON sync_changes (run_id, outcome, turn, their_key);

-- Entries for which nobody but an administrator can say who they are.
CREATE TABLE sync_conflicts (
    directory_id TEXT   NOT NULL REFERENCES directories (id) ON DELETE CASCADE,
    their_key    TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    entry        TEXT   NOT NULL,               -- JSON
    reason       TEXT   NOT NULL,
    member_id    TEXT   REFERENCES members (id) ON DELETE CASCADE,   -- who it could be
    found_at     BIGINT NOT NULL,
    ignored_at   BIGINT,                        -- decided: nobody of ours
    PRIMARY KEY (directory_id, their_key)
);
