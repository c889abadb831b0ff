-- Counters are kept as long as the lock that they may have become.
ALTER TABLE lockouts ADD COLUMN kept_until BIGINT NOT NULL DEFAULT 0;

-- Earlier passwords of a person, as far back as the policy asks.
CREATE TABLE earlier_passwords (
    member_id TEXT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    password_hash TEXT NOT NULL,
    replaced_at BIGINT NOT NULL,
    PRIMARY KEY (member_id, replaced_at)
);

-- Since when a person who has no second factor has been asked to set one up.
CREATE TABLE second_factor_demands (
    member_id TEXT NOT NULL PRIMARY KEY REFERENCES members (id) ON DELETE CASCADE,
    since BIGINT NOT NULL
);

-- Until when a browser is not asked for a second factor.
ALTER TABLE known_devices ADD COLUMN trusted_until BIGINT;
ALTER TABLE known_devices ADD COLUMN device TEXT NOT NULL DEFAULT '';
