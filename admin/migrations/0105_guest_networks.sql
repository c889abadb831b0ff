-- From where the guests of a group come in: ids of IP lists, in JSON; NULL: from everywhere.
ALTER TABLE groups ADD COLUMN ip_lists TEXT;
