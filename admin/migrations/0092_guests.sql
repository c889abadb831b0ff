-- What is known of guests beside what is known of everybody.
CREATE TABLE guests (
    member_id TEXT NOT NULL PRIMARY KEY REFERENCES members (id) ON DELETE CASCADE,
    -- Who answers for the guest.
    sponsor_id TEXT REFERENCES members (id) ON DELETE SET NULL,
    -- Who made it, as a person reads it.
    created_by TEXT NOT NULL,
    -- From then on the guest does not come in; NULL for those who were there before guests ended.
    expires_at BIGINT,
    -- by_hand | sponsor_left, while the account is disabled.
    suspended_because TEXT,
    -- Since when the end has been told to the guest and to the sponsor, and been recorded.
    guest_told_at BIGINT,
    sponsor_told_at BIGINT,
    end_noted_at BIGINT
);
CREATE INDEX guests_by_sponsor ON guests (sponsor_id);
CREATE INDEX guests_by_end ON guests (expires_at);
INSERT INTO guests (member_id, created_by) SELECT id, '' FROM members WHERE kind = 'guest';

-- Guests are put into one of these, and nobody else is.
ALTER TABLE groups ADD COLUMN for_guests_since BIGINT;

-- 1, where whoever tried to sign in was a guest.
ALTER TABLE sign_in_events ADD COLUMN guest BIGINT;
