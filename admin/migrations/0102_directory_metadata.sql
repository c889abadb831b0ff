-- What an identity provider last said of itself that can be used: it lets people in while its metadata is broken.
CREATE TABLE directory_metadata (
    directory_id TEXT   NOT NULL PRIMARY KEY REFERENCES directories (id) ON DELETE CASCADE,
    url          TEXT   NOT NULL,               -- from where
    body         TEXT   NOT NULL,
    fetched_at   BIGINT NOT NULL
);
