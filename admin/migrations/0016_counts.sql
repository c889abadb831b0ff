-- What charts show, by the hour: nobody goes through a log of millions for one. Access events are
-- counted in the transaction that stores them, so each counts once.
CREATE TABLE access_counts (
    hour           BIGINT NOT NULL,               -- when it began
    application_id TEXT   NOT NULL,               -- empty where there is none
    outcome        TEXT   NOT NULL,               -- as in access_events
    reason         TEXT   NOT NULL,               -- of a refusal or a cut, else empty
    requests       BIGINT NOT NULL,
    PRIMARY KEY (hour, application_id, outcome, reason)
);
-- Of an hour that has passed, those that were refused most.
CREATE TABLE refused_addresses (
    hour     BIGINT NOT NULL,
    address  TEXT   NOT NULL,
    requests BIGINT NOT NULL,
    PRIMARY KEY (hour, address)
);
-- Hours that have passed; up to which moment they are counted is in counters.
CREATE TABLE sign_in_counts (
    hour   BIGINT NOT NULL,
    kind   TEXT   NOT NULL,                       -- as in sign_in_events
    reason TEXT   NOT NULL,                       -- of a failure, else empty
    events BIGINT NOT NULL,
    PRIMARY KEY (hour, kind, reason)
);
INSERT INTO counters (name, value) VALUES ('sign_ins_counted_to', 0);
-- How much was left in each spool, and how old the oldest of what was carried.
ALTER TABLE spool_cursors ADD COLUMN waiting BIGINT NOT NULL DEFAULT 0;
ALTER TABLE spool_cursors ADD COLUMN behind_ms BIGINT NOT NULL DEFAULT 0;
