-- What a language model made of the transcript: payaid.voice.v1.CallAnalysis as ProtoJSON.
ALTER TABLE call_metadata
  ADD analysis jsonb,
  ADD CONSTRAINT call_metadata_analysis CHECK (octet_length(analysis::text) <= 65536);
