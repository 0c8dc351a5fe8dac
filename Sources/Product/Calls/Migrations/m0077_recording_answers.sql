-- What a person answered whom the agent asked whether the call may be recorded; NULL for those that were not asked.
ALTER TABLE call_metadata
  ADD recording_answer text CHECK (recording_answer IN ('granted', 'refused', 'unanswered'));
