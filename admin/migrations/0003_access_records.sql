-- Access events in fewer bytes and with fewer indexes: every request of everybody adds one.
-- First the name is taken away, and with it the table from every other node, which may be writing:
-- what it adds while this goes on would not be copied.
ALTER TABLE access_events RENAME TO access_events_before;
CREATE TABLE access_events (
    at             BIGINT NOT NULL,               -- when the request came
    id             TEXT   NOT NULL,
    member_id      TEXT,
    application_id TEXT,
    client_address TEXT,
    outcome        TEXT   NOT NULL,               -- granted | cut | denied | own_page
    record         BYTEA,                         -- the whole event, see access_record.rs
    body           TEXT,                          -- the same in JSON, for events from before
    PRIMARY KEY (at, id)
);
INSERT INTO access_events (at, id, member_id, application_id, client_address, outcome, body)
    SELECT at, id, member_id, application_id, client_address, outcome, body FROM access_events_before;
DROP TABLE access_events_before;
CREATE INDEX access_events_by_member ON access_events (member_id, at)
    WHERE member_id IS NOT NULL;
CREATE INDEX access_events_by_application ON access_events (application_id, at)
    WHERE application_id IS NOT NULL;
