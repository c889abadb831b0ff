-- Everything that Gatehouse keeps. One text for SQLite and PostgreSQL: times are BIGINT milliseconds
-- since 1970, ids are UUIDv7 in TEXT, JSON is TEXT, and there are no booleans: a nullable time says more.

-- Numbers handed out in order. `UPDATE … RETURNING` on a row makes writers queue until commit, so the
-- order of the numbers is the order of the commits.
CREATE TABLE counters (
    name  TEXT   NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('changes', 0), ('snapshot', 0);

-- What every node follows: that the snapshot must be rebuilt, that a session is no longer valid.
CREATE TABLE changes (
    seq  BIGINT NOT NULL PRIMARY KEY,
    at   BIGINT NOT NULL,
    kind TEXT   NOT NULL,
    body TEXT   NOT NULL
);

-- Settings of the organisation that change while running, one JSON document each: brand, watermark.
CREATE TABLE documents (
    name       TEXT   NOT NULL PRIMARY KEY,
    body       TEXT   NOT NULL,
    updated_at BIGINT NOT NULL,
    version    BIGINT NOT NULL
);

-- Work that one node does for all.
CREATE TABLE leases (
    name   TEXT   NOT NULL PRIMARY KEY,
    holder TEXT   NOT NULL,
    until  BIGINT NOT NULL
);

---------------------------------------------------------------------------------------------- people

CREATE TABLE members (
    id                TEXT   NOT NULL PRIMARY KEY,
    kind              TEXT   NOT NULL,            -- member | guest
    status            TEXT   NOT NULL,            -- active | disabled | left
    username          TEXT   NOT NULL,
    username_key      TEXT   NOT NULL UNIQUE,     -- folded for comparison
    display_name      TEXT   NOT NULL,
    email             TEXT,
    email_key         TEXT   UNIQUE,
    email_verified_at BIGINT,
    mobile            TEXT,
    employee_number   TEXT,
    language          TEXT,
    created_at        BIGINT NOT NULL,
    updated_at        BIGINT NOT NULL,
    version           BIGINT NOT NULL
);

CREATE TABLE departments (
    id         TEXT   NOT NULL PRIMARY KEY,
    parent_id  TEXT   REFERENCES departments (id),
    name       TEXT   NOT NULL,
    position   BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version    BIGINT NOT NULL
);
CREATE INDEX departments_by_parent ON departments (parent_id, position);

CREATE TABLE department_members (
    department_id TEXT   NOT NULL REFERENCES departments (id) ON DELETE CASCADE,
    member_id     TEXT   NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    position      BIGINT NOT NULL,                -- the lowest is the main department of the person
    PRIMARY KEY (department_id, member_id)
);
CREATE INDEX department_members_by_member ON department_members (member_id, position);

CREATE TABLE groups (
    id          TEXT   NOT NULL PRIMARY KEY,
    name        TEXT   NOT NULL,
    name_key    TEXT   NOT NULL UNIQUE,
    description TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL
);

CREATE TABLE group_members (
    group_id  TEXT   NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    member_id TEXT   NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    added_at  BIGINT NOT NULL,
    PRIMARY KEY (group_id, member_id)
);
CREATE INDEX group_members_by_member ON group_members (member_id);

CREATE TABLE member_roles (
    member_id  TEXT   NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    role       TEXT   NOT NULL,
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (member_id, role)
);

--------------------------------------------------------------------------------------------- sign-in

CREATE TABLE credentials (
    member_id      TEXT   NOT NULL PRIMARY KEY REFERENCES members (id) ON DELETE CASCADE,
    password_hash  TEXT   NOT NULL,               -- argon2id, PHC string
    changed_at     BIGINT NOT NULL,
    must_change_at BIGINT                         -- since when a new one is asked for
);

CREATE TABLE totp (
    member_id    TEXT   NOT NULL PRIMARY KEY REFERENCES members (id) ON DELETE CASCADE,
    seed         BYTEA  NOT NULL,                 -- sealed
    confirmed_at BIGINT NOT NULL,
    last_step    BIGINT                           -- the last 30-second step whose code was used
);

-- An authenticator that has not yet proven that it has the seed; one in use stays so meanwhile.
CREATE TABLE totp_enrolments (
    member_id  TEXT   NOT NULL PRIMARY KEY REFERENCES members (id) ON DELETE CASCADE,
    seed       BYTEA  NOT NULL,                   -- sealed
    created_at BIGINT NOT NULL
);

CREATE TABLE recovery_codes (
    id         TEXT   NOT NULL PRIMARY KEY,
    member_id  TEXT   NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    code_hash  BYTEA  NOT NULL,
    created_at BIGINT NOT NULL,
    used_at    BIGINT
);
CREATE INDEX recovery_codes_by_member ON recovery_codes (member_id);

CREATE TABLE sign_ins (
    id                TEXT   NOT NULL PRIMARY KEY,
    member_id         TEXT   NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    started_at        BIGINT NOT NULL,
    authenticated_at  BIGINT NOT NULL,
    second_factor_at  BIGINT,
    methods           TEXT   NOT NULL,            -- JSON array of authentication methods
    address           TEXT   NOT NULL,
    user_agent        TEXT   NOT NULL,
    device            TEXT   NOT NULL,            -- as a person reads it
    expires_at        BIGINT NOT NULL,
    idle_limit_ms     BIGINT,
    ended_at          BIGINT,
    end_reason        TEXT
);
CREATE INDEX sign_ins_by_member ON sign_ins (member_id, started_at);
CREATE INDEX sign_ins_by_expiry ON sign_ins (expires_at);

CREATE TABLE sessions (
    id           TEXT   NOT NULL PRIMARY KEY,
    sign_in_id   TEXT   NOT NULL REFERENCES sign_ins (id) ON DELETE CASCADE,
    host         TEXT   NOT NULL,
    token_hash   BYTEA  NOT NULL UNIQUE,          -- SHA-256 of the cookie's bytes
    created_at   BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    ended_at     BIGINT
);
CREATE INDEX sessions_by_sign_in ON sessions (sign_in_id);

-- A sign-in under way, bound to a browser by the hash of a cookie.
CREATE TABLE sign_in_flows (
    token_hash BYTEA  NOT NULL PRIMARY KEY,
    member_id  TEXT   REFERENCES members (id) ON DELETE CASCADE,
    state      TEXT   NOT NULL,                   -- JSON
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sign_in_flows_by_expiry ON sign_in_flows (expires_at);

-- One-time codes that carry a sign-in from the access host to an application host.
CREATE TABLE handovers (
    code_hash   BYTEA  NOT NULL PRIMARY KEY,
    sign_in_id  TEXT   NOT NULL REFERENCES sign_ins (id) ON DELETE CASCADE,
    host        TEXT   NOT NULL,
    state_hash  BYTEA  NOT NULL,
    return_path TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    used_at     BIGINT
);
CREATE INDEX handovers_by_expiry ON handovers (expires_at);

-- Browsers in which a person has signed in before, by the hash of a long-lived cookie.
CREATE TABLE known_devices (
    token_hash   BYTEA  NOT NULL,
    member_id    TEXT   NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    PRIMARY KEY (token_hash, member_id)
);
CREATE INDEX known_devices_by_member ON known_devices (member_id);

-- Attempts that were not (yet) right, by account and by source address.
CREATE TABLE lockouts (
    subject         TEXT   NOT NULL PRIMARY KEY,  -- account:… | device:… | address:…
    failures        BIGINT NOT NULL,
    first_failed_at BIGINT NOT NULL,
    last_failed_at  BIGINT NOT NULL
);
CREATE INDEX lockouts_by_last_failure ON lockouts (last_failed_at);

-- Links that work once: the first administrator's, and those with which a person sets a password.
CREATE TABLE one_time_links (
    id         TEXT   NOT NULL PRIMARY KEY,
    purpose    TEXT   NOT NULL,                   -- set_up | password
    member_id  TEXT   REFERENCES members (id) ON DELETE CASCADE,
    token_hash BYTEA  NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT
);

CREATE TABLE api_tokens (
    id           TEXT   NOT NULL PRIMARY KEY,
    name         TEXT   NOT NULL,
    member_id    TEXT   REFERENCES members (id) ON DELETE CASCADE,
    token_hash   BYTEA  NOT NULL UNIQUE,
    scopes       TEXT   NOT NULL,                 -- JSON array
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT,
    last_used_at BIGINT,
    revoked_at   BIGINT
);

-------------------------------------------------------------------------------- what gateways obey

CREATE TABLE applications (
    id         TEXT   NOT NULL PRIMARY KEY,
    definition TEXT   NOT NULL,                   -- JSON
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version    BIGINT NOT NULL
);

CREATE TABLE ip_lists (
    id         TEXT   NOT NULL PRIMARY KEY,
    name       TEXT   NOT NULL,
    name_key   TEXT   NOT NULL UNIQUE,
    effect     TEXT   NOT NULL,                   -- allow | deny
    scope      TEXT   NOT NULL,                   -- everywhere | applications (those that name it)
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version    BIGINT NOT NULL                    -- grows with every change of its entries, too
);

CREATE TABLE ip_entries (
    id         TEXT   NOT NULL PRIMARY KEY,
    list_id    TEXT   NOT NULL REFERENCES ip_lists (id) ON DELETE CASCADE,
    range      TEXT   NOT NULL,                   -- written the shortest way
    note       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (list_id, range)
);
CREATE INDEX ip_entries_by_list ON ip_entries (list_id, id);

CREATE TABLE signing_keys (
    kid          TEXT   NOT NULL PRIMARY KEY,     -- RFC 7638 thumbprint
    public_jwk   TEXT   NOT NULL,
    private_key  BYTEA  NOT NULL,                 -- PKCS #8 in PEM, sealed
    created_at   BIGINT NOT NULL,                 -- published from here on
    signs_since  BIGINT,                          -- NULL: waits for its turn
    retired_at   BIGINT                           -- published for a while longer
);

------------------------------------------------------------------------------------------------ logs
-- No foreign keys: what happened stays true when a person or an application is gone.

CREATE TABLE access_events (
    id             TEXT   NOT NULL PRIMARY KEY,
    at             BIGINT NOT NULL,
    member_id      TEXT,
    username       TEXT,
    application_id TEXT,
    host           TEXT   NOT NULL,
    client_address TEXT,
    outcome        TEXT   NOT NULL,               -- granted | cut | denied | own_page
    reason         TEXT,
    status         BIGINT NOT NULL,
    body           TEXT   NOT NULL                -- the whole event in JSON
);
CREATE INDEX access_events_by_time ON access_events (at, id);
CREATE INDEX access_events_by_member ON access_events (member_id, at, id);
CREATE INDEX access_events_by_application ON access_events (application_id, at, id);

CREATE TABLE sign_in_events (
    id             TEXT   NOT NULL PRIMARY KEY,
    at             BIGINT NOT NULL,
    kind           TEXT   NOT NULL,               -- signed_in | failed | signed_out | …
    member_id      TEXT,
    username       TEXT   NOT NULL,               -- as typed where nobody was found
    method         TEXT,
    reason         TEXT,
    client_address TEXT   NOT NULL,
    user_agent     TEXT   NOT NULL,
    device         TEXT   NOT NULL,
    sign_in_id     TEXT,
    request_id     TEXT   NOT NULL
);
CREATE INDEX sign_in_events_by_time ON sign_in_events (at, id);
CREATE INDEX sign_in_events_by_member ON sign_in_events (member_id, at, id);

CREATE TABLE audit_events (
    id             TEXT   NOT NULL PRIMARY KEY,
    at             BIGINT NOT NULL,
    actor_kind     TEXT   NOT NULL,               -- member | token | operator | system
    actor_id       TEXT,
    actor_name     TEXT   NOT NULL,
    client_address TEXT,
    request_id     TEXT,
    action         TEXT   NOT NULL,
    target_kind    TEXT   NOT NULL,
    target_id      TEXT,
    target_name    TEXT   NOT NULL,
    result         TEXT   NOT NULL,               -- done | refused | failed
    state_before   TEXT,                          -- JSON
    state_after    TEXT                           -- JSON
);
CREATE INDEX audit_events_by_time ON audit_events (at, id);
CREATE INDEX audit_events_by_actor ON audit_events (actor_id, at, id);
CREATE INDEX audit_events_by_target ON audit_events (target_kind, target_id, at, id);

-- How far each node's spool has been read into access_events; moves in the same transaction.
CREATE TABLE spool_cursors (
    node       TEXT   NOT NULL PRIMARY KEY,
    segment    BIGINT NOT NULL,
    position   BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
