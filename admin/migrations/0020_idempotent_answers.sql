-- What was made for a request that its caller named, so that the same request makes nothing more.
CREATE TABLE idempotent_answers (
    caller      TEXT   NOT NULL,
    name        TEXT   NOT NULL,                  -- the Idempotency-Key
    fingerprint BYTEA  NOT NULL,                  -- SHA-256 of what was asked
    created_at  BIGINT NOT NULL,
    answer      BYTEA,                            -- sealed; absent until it is known
    PRIMARY KEY (caller, name)
);
CREATE INDEX idempotent_answers_by_time ON idempotent_answers (created_at);
