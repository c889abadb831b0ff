-- Files of people that were uploaded: what each row would do, looked at before anything is done.
CREATE TABLE member_imports (
    id                 TEXT   NOT NULL PRIMARY KEY,
    file_name          TEXT   NOT NULL,
    create_departments BIGINT,                    -- when that was asked for; NULL: never
    ignored            TEXT   NOT NULL,           -- JSON: headings that mean nothing to us
    created_at         BIGINT NOT NULL,
    expires_at         BIGINT NOT NULL,
    applying_at        BIGINT,                    -- when it was last begun
    applied_at         BIGINT                     -- when all of it was done
);
CREATE INDEX member_imports_by_expiry ON member_imports (expires_at);

CREATE TABLE member_import_rows (
    import_id TEXT   NOT NULL REFERENCES member_imports (id) ON DELETE CASCADE,
    line      BIGINT NOT NULL,                    -- as the file counts them
    content   TEXT   NOT NULL,                    -- JSON
    verdict   TEXT   NOT NULL,                    -- create | update | nothing | error
    problems  TEXT   NOT NULL,                    -- JSON
    outcome   TEXT,                               -- done | failed | left_out; NULL: not yet
    PRIMARY KEY (import_id, line)
);
