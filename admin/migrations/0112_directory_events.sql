-- What suites have told us by themselves and is to be looked at, in the order in which it was committed.
CREATE TABLE directory_events (
    directory_id TEXT   NOT NULL REFERENCES directories (id) ON DELETE CASCADE,
    seq          BIGINT NOT NULL,
    event_id     TEXT   NOT NULL,
    kind         TEXT   NOT NULL,              -- as the suite calls it
    touches      TEXT   NOT NULL,              -- people | structure
    keys         TEXT   NOT NULL,              -- JSON: of whom
    received_at  BIGINT NOT NULL,
    PRIMARY KEY (directory_id, seq),
    UNIQUE (directory_id, event_id)
);
CREATE INDEX directory_events_by_time ON directory_events (received_at);
INSERT INTO counters (name, value) VALUES ('directory_events', 0);

-- How the callback of a suite does.
CREATE TABLE directory_callbacks (
    directory_id  TEXT   NOT NULL PRIMARY KEY REFERENCES directories (id) ON DELETE CASCADE,
    verified_at   BIGINT,                      -- when the suite last tried the address out
    event_at      BIGINT,
    event_kind    TEXT,
    forgotten_seq BIGINT                       -- events up to here are no longer kept
);

-- What was refused there, counted by why and from where.
CREATE TABLE directory_refusals (
    directory_id TEXT   NOT NULL REFERENCES directories (id) ON DELETE CASCADE,
    reason       TEXT   NOT NULL,
    address      TEXT   NOT NULL,
    times        BIGINT NOT NULL,
    first_at     BIGINT NOT NULL,
    last_at      BIGINT NOT NULL,
    PRIMARY KEY (directory_id, reason, address)
);

-- With what we ask a suite, shared by all nodes: sealed, as secret as a password.
CREATE TABLE directory_app_tokens (
    directory_id TEXT   NOT NULL REFERENCES directories (id) ON DELETE CASCADE,
    name         TEXT   NOT NULL,
    sealed       BYTEA  NOT NULL,
    expires_at   BIGINT NOT NULL,
    PRIMARY KEY (directory_id, name)
);
