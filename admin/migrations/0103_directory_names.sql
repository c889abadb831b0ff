-- By what else, besides their usernames, the people of a directory sign in.
CREATE TABLE directory_names (
    directory_id TEXT NOT NULL,
    their_key    TEXT NOT NULL,
    name_key     TEXT NOT NULL,
    PRIMARY KEY (directory_id, their_key, name_key),
    FOREIGN KEY (directory_id, their_key) REFERENCES directory_people (directory_id, their_key) ON DELETE CASCADE
);
CREATE INDEX directory_names_by_name ON directory_names (name_key);
