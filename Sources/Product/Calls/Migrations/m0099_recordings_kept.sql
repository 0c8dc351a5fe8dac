-- Until when a law keeps a recording whose own time is over: what looks for old ones passes it by.
ALTER TABLE call_metadata ADD keep_recording_until timestamptz;
