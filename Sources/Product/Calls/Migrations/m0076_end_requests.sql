-- Somebody asked that a call in progress end. Its process is notified, and sees it with each renewal of its lease.
ALTER TABLE calls ADD end_requested boolean NOT NULL DEFAULT false;
