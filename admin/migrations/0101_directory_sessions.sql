-- By which session of a directory somebody came in, so that both end with each other.
CREATE TABLE directory_sessions (
    sign_in_id   TEXT   NOT NULL PRIMARY KEY REFERENCES sign_ins (id) ON DELETE CASCADE,
    directory_id TEXT   NOT NULL REFERENCES directories (id) ON DELETE CASCADE,
    session      TEXT   NOT NULL,               -- what the directory calls it; empty: nothing
    subject      TEXT   NOT NULL,               -- as whom it knows the person in it; empty: by the session alone
    repeated     TEXT                           -- what is repeated to it where we end it
);
CREATE INDEX directory_sessions_by_session ON directory_sessions (directory_id, session);
CREATE INDEX directory_sessions_by_subject ON directory_sessions (directory_id, subject);
