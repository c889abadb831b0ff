-- What configuration as code has applied, and how it stood then: whoever changes it by hand is told so.

CREATE TABLE managed_objects (
    kind       TEXT   NOT NULL,               -- application, group, ip_list, brand, watermark
    key        TEXT   NOT NULL,               -- what the files call it
    object_id  TEXT   NOT NULL,               -- empty for what there is one of
    applied    TEXT   NOT NULL,               -- JSON
    applied_at BIGINT NOT NULL,
    PRIMARY KEY (kind, key)
);
CREATE UNIQUE INDEX managed_objects_by_object ON managed_objects (kind, object_id);
