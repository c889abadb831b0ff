-- By what a group takes people in (JSON); NULL: they are put into it by hand. Its rows in group_members
-- are kept as the rule says.
ALTER TABLE groups ADD COLUMN rule TEXT;
