-- Refusals are few among the access events and asked for most: an index of their own costs a granted
-- request nothing. An index by address would make each event half as dear again to store; a search
-- by address goes through the log instead, a bounded part of it at a time.
CREATE INDEX access_events_refused ON access_events (at, id) WHERE outcome IN ('denied', 'cut');
CREATE INDEX sign_in_events_by_address ON sign_in_events (client_address, at, id);
-- What happened to one thing is asked by its id, whatever its kind.
DROP INDEX audit_events_by_target;
CREATE INDEX audit_events_by_target ON audit_events (target_id, at, id);
