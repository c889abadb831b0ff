-- 1, where whoever acted, or was acted on, was a guest.
ALTER TABLE audit_events ADD COLUMN actor_guest BIGINT;
ALTER TABLE audit_events ADD COLUMN target_guest BIGINT;
