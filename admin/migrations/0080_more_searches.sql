-- Applications and IP lists are found as groups are; '' is still to be filled in.
ALTER TABLE applications ADD COLUMN search TEXT NOT NULL DEFAULT '';
CREATE INDEX applications_to_fill_in ON applications (id) WHERE search = '';
ALTER TABLE ip_lists ADD COLUMN search TEXT NOT NULL DEFAULT '';
CREATE INDEX ip_lists_to_fill_in ON ip_lists (id) WHERE search = '';
