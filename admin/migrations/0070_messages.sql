-- What is said to people by mail and SMS, and how often.
CREATE TABLE messages (
    id         TEXT   NOT NULL PRIMARY KEY,
    created_at BIGINT NOT NULL,
    channel    TEXT   NOT NULL,               -- mail | sms
    recipient  TEXT   NOT NULL,
    member_id  TEXT,
    kind       TEXT   NOT NULL,
    language   TEXT   NOT NULL,
    content    BYTEA,                         -- sealed; gone when nothing more is tried
    state      TEXT   NOT NULL,               -- waiting | sent | failed
    attempts   BIGINT NOT NULL,
    next_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    done_at    BIGINT,
    reference  TEXT,                          -- what the service calls it
    finding    TEXT                           -- what came of the last attempt, in both languages, as JSON
);
CREATE INDEX messages_waiting ON messages (next_at) WHERE state = 'waiting';
CREATE INDEX messages_by_time ON messages (created_at, id);

CREATE TABLE message_counts (
    name    TEXT   NOT NULL,                  -- a channel, or a recipient on it
    day     BIGINT NOT NULL,                  -- since 1970, in UTC
    count   BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (name, day)
);
