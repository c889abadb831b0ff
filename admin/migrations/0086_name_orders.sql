-- By which names are put in order, as they are read; '' is still to be filled in.
ALTER TABLE groups ADD COLUMN name_order TEXT NOT NULL DEFAULT '';
CREATE INDEX groups_to_put_in_order ON groups (id) WHERE name_order = '';
ALTER TABLE ip_lists ADD COLUMN name_order TEXT NOT NULL DEFAULT '';
CREATE INDEX ip_lists_to_put_in_order ON ip_lists (id) WHERE name_order = '';
-- The names of an application in either language.
ALTER TABLE applications ADD COLUMN name_order_en TEXT NOT NULL DEFAULT '';
ALTER TABLE applications ADD COLUMN name_order_zh_cn TEXT NOT NULL DEFAULT '';
CREATE INDEX applications_to_put_in_order ON applications (id) WHERE name_order_en = '';
