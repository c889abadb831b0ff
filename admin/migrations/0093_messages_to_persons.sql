-- What ends in a message, done after whatever asked for it was answered.
CREATE TABLE message_jobs (
    id         TEXT   NOT NULL PRIMARY KEY,
    job        TEXT   NOT NULL,               -- JSON
    created_at BIGINT NOT NULL,
    attempts   BIGINT NOT NULL,
    next_at    BIGINT NOT NULL
);
CREATE INDEX message_jobs_by_turn ON message_jobs (next_at, id);

-- Codes that were sent as a second factor, each good in the one sign-in that asked for it.
CREATE TABLE message_codes (
    whose      TEXT   NOT NULL PRIMARY KEY,   -- flow:… | sign_in:…
    member_id  TEXT   NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    channel    TEXT   NOT NULL,               -- mail | sms
    code       BYTEA  NOT NULL,               -- sealed
    guesses    BIGINT NOT NULL,
    sent_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX message_codes_by_member ON message_codes (member_id);
CREATE INDEX message_codes_by_expiry ON message_codes (expires_at);

CREATE INDEX members_by_mobile ON members (mobile);
