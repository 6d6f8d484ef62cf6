-- A draft of a handover that was written under a form which says that it is kept for the next lead if its author
-- leaves. Older ones stay with their author.
alter table handover add column shared_after_leaving integer not null default 0 check (shared_after_leaving in (0, 1));

-- The supervisor's place that ends when whoever is invited here accepts: they passed it on.
alter table team_role add column instead_of text references team_role (id);
create index team_role_instead_of on team_role (instead_of) where instead_of is not null;
