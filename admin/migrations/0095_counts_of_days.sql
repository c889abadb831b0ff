-- As access_counts, by the day (UTC): a chart of a month adds up hours only where its first day begins within one.
CREATE TABLE access_days (
    day            BIGINT NOT NULL,               -- when it began
    application_id TEXT   NOT NULL,
    outcome        TEXT   NOT NULL,
    reason         TEXT   NOT NULL,
    requests       BIGINT NOT NULL,
    PRIMARY KEY (day, application_id, outcome, reason)
);
INSERT INTO access_days (day, application_id, outcome, reason, requests)
SELECT hour / 86400000 * 86400000, application_id, outcome, reason, SUM(requests) FROM access_counts
GROUP BY hour / 86400000 * 86400000, application_id, outcome, reason;
