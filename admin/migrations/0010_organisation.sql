-- People and departments are found by any part of their names, Chinese ones as they are typed in Latin
-- letters too. Rows that were there before are filled in after the start: '' until then.
ALTER TABLE members ADD COLUMN search TEXT NOT NULL DEFAULT '';
ALTER TABLE members ADD COLUMN name_order TEXT NOT NULL DEFAULT '';    -- sorts by display name
ALTER TABLE members ADD COLUMN source TEXT;                           -- the directory; NULL: made here
CREATE INDEX members_by_name ON members (name_order, id);
CREATE INDEX members_by_creation ON members (created_at, id);
CREATE INDEX members_to_fill_in ON members (id) WHERE search = '';

ALTER TABLE departments ADD COLUMN search TEXT NOT NULL DEFAULT '';
CREATE INDEX departments_by_name ON departments (name, id);
CREATE INDEX departments_to_fill_in ON departments (id) WHERE search = '';
