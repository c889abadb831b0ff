-- Groups are found as departments are; '' is still to be filled in.
ALTER TABLE groups ADD COLUMN search TEXT NOT NULL DEFAULT '';
CREATE INDEX groups_to_fill_in ON groups (id) WHERE search = '';
