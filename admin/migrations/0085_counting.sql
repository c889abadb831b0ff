-- The overview counts people by kind and status.
CREATE INDEX members_by_kind ON members (kind, status);

-- Actions that are rare, such as removals, are found among many others.
CREATE INDEX audit_events_by_action ON audit_events (action, at, id);
