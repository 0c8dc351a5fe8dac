-- Validation lets others read and write; what takes the table for itself comes last.
ALTER TABLE call_access VALIDATE CONSTRAINT call_access_reason_check;
ALTER TABLE call_access VALIDATE CONSTRAINT call_access_what_check;
ALTER TABLE call_access VALIDATE CONSTRAINT call_access_held_has_reason;
DROP INDEX call_access_once_an_hour;
