-- What is shown to a directory from time to time, so that it says whether somebody is still there.
CREATE TABLE directory_renewals (
    sign_in_id   TEXT   NOT NULL PRIMARY KEY REFERENCES sign_ins (id) ON DELETE CASCADE,
    directory_id TEXT   NOT NULL REFERENCES directories (id) ON DELETE CASCADE,
    token        TEXT   NOT NULL,               -- sealed
    due_at       BIGINT NOT NULL,
    -- Since when an answer is waited for: one that was lost may have had another token in it.
    asked_at     BIGINT
);
CREATE INDEX directory_renewals_by_due ON directory_renewals (due_at);
