-- Directories that tell us by themselves (SCIM): with what they prove who they are, and what they told.
CREATE TABLE directory_tokens (
    id             TEXT   NOT NULL PRIMARY KEY,
    directory_id   TEXT   NOT NULL REFERENCES directories (id) ON DELETE CASCADE,
    token_hash     BYTEA  NOT NULL UNIQUE,
    created_at     BIGINT NOT NULL,
    last_used_at   BIGINT,
    last_used_from TEXT,
    last_request   TEXT                         -- such as PATCH Users
);
CREATE INDEX directory_tokens_by_directory ON directory_tokens (directory_id);

CREATE TABLE scim_users (
    directory_id  TEXT   NOT NULL REFERENCES directories (id) ON DELETE CASCADE,
    id            TEXT   NOT NULL,              -- the key in directory_people
    user_name_key TEXT   NOT NULL,
    external_id   TEXT,
    is_active     BIGINT,                       -- 1: can sign in
    document      TEXT   NOT NULL,              -- JSON: what was told, but for what the columns say
    created_at    BIGINT NOT NULL,
    modified_at   BIGINT NOT NULL,
    version       BIGINT NOT NULL,
    deleted_at    BIGINT,
    -- When somebody was last shut out by what was told; NULL: not, or somebody has agreed to it.
    shut_at       BIGINT,
    -- What was refused until somebody decides: inactive | removed
    awaits        TEXT,
    PRIMARY KEY (directory_id, id)
);
CREATE UNIQUE INDEX scim_users_by_name ON scim_users (directory_id, user_name_key) WHERE deleted_at IS NULL;
CREATE INDEX scim_users_by_external_id ON scim_users (directory_id, external_id);
CREATE INDEX scim_users_by_shut_at ON scim_users (directory_id, shut_at);

CREATE TABLE scim_groups (
    directory_id TEXT   NOT NULL REFERENCES directories (id) ON DELETE CASCADE,
    id           TEXT   NOT NULL,               -- the key in directory_groups
    name         TEXT   NOT NULL,
    name_key     TEXT   NOT NULL,
    external_id  TEXT,
    created_at   BIGINT NOT NULL,
    modified_at  BIGINT NOT NULL,
    version      BIGINT NOT NULL,
    PRIMARY KEY (directory_id, id),
    UNIQUE (directory_id, name_key)
);
CREATE INDEX scim_groups_by_external_id ON scim_groups (directory_id, external_id);

CREATE TABLE scim_group_members (
    directory_id TEXT NOT NULL,
    group_id     TEXT NOT NULL,
    user_id      TEXT NOT NULL,
    PRIMARY KEY (directory_id, group_id, user_id),
    FOREIGN KEY (directory_id, group_id) REFERENCES scim_groups (directory_id, id) ON DELETE CASCADE,
    FOREIGN KEY (directory_id, user_id) REFERENCES scim_users (directory_id, id) ON DELETE CASCADE
);
CREATE INDEX scim_group_members_by_user ON scim_group_members (directory_id, user_id);
