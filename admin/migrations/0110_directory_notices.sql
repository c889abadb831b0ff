-- Of what administrators were told about a directory: each once.
CREATE TABLE directory_notices (
    directory_id TEXT NOT NULL REFERENCES directories (id) ON DELETE CASCADE,
    subject TEXT NOT NULL,
    told_at BIGINT NOT NULL,
    PRIMARY KEY (directory_id, subject)
);
