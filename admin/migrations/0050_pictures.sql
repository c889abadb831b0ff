-- Pictures of the brand, made anew from what was uploaded.
CREATE TABLE pictures (
    kind       TEXT   NOT NULL PRIMARY KEY,       -- logo | logo_dark | icon | illustration
    hash       TEXT   NOT NULL,                   -- SHA-256 of the content, in hexadecimal digits
    media_type TEXT   NOT NULL,
    width      BIGINT NOT NULL,
    height     BIGINT NOT NULL,
    content    BYTEA  NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX pictures_by_hash ON pictures (hash);
