-- A draft of a handover that was written under a form which says that it is kept for the next lead if its author
-- leaves. Older ones stay with their author.
alter table handover add column shared_after_leaving integer not null default 0 check (shared_after_leaving in (0, 1));
