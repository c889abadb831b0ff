-- What was unusual about a sign-in: new_device, unknown_network, …, parted by commas; NULL where nothing was.
ALTER TABLE sign_in_events ADD COLUMN risk TEXT;
-- Where it came from, as the node's database had it then, in JSON; NULL where that was not known.
ALTER TABLE sign_in_events ADD COLUMN place TEXT;
