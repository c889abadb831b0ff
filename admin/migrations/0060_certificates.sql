-- Certificates that administrators upload, for every node to serve.
CREATE TABLE certificates (
    id          TEXT   NOT NULL PRIMARY KEY,
    created_at  BIGINT NOT NULL,
    chain       TEXT   NOT NULL,              -- PEM, the host's certificate first
    private_key BYTEA  NOT NULL,              -- PEM, sealed
    facts       TEXT   NOT NULL               -- what the certificate says of itself, as JSON
);
