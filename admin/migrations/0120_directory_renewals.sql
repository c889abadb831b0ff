-- What is shown to a directory from time to time, so that it says whether somebody is still there.
CREATE TABLE directory_renewals (
    sign_in_id   TEXT   NOT NULL PRIMARY KEY REFERENCES sign_ins (id) ON DELETE CASCADE,
    directory_id TEXT   NOT NULL REFERENCES directories (id) ON DELETE CASCADE,
    token        TEXT   NOT NULL,               -- sealed
    due_at       BIGINT NOT NULL
);
CREATE INDEX directory_renewals_by_due ON directory_renewals (due_at);
