-- Passkeys and security keys (WebAuthn). `credential` holds the public key, as JSON; no secret is kept here.
CREATE TABLE passkeys (
    id TEXT NOT NULL PRIMARY KEY,
    member_id TEXT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    -- As the authenticator names the key, in base64url.
    credential_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    credential TEXT NOT NULL,
    -- How often the key has signed, where it counts.
    sign_count BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX passkeys_of_member ON passkeys (member_id, created_at);

-- Questions to an authenticator that were answered: each takes one answer.
CREATE TABLE answered_challenges (
    id TEXT NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX answered_challenges_expired ON answered_challenges (expires_at);
