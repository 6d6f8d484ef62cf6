-- A draft of a handover that was written under a form which says that it is kept for the next lead if its author
-- leaves. Older ones stay with their author.
alter table handover add column shared_after_leaving integer not null default 0 check (shared_after_leaving in (0, 1));

-- The supervisor's place that ends when whoever is invited here accepts: they passed it on.
alter table team_role add column instead_of text references team_role (id);
create index team_role_instead_of on team_role (instead_of) where instead_of is not null;

-- Who supervises on an open-ended post counts until the end that the post is given, without anybody's further word.
create trigger post_end_confirms_supervision after update of ends_on on post
when old.ends_on is null and new.ends_on is not null
begin
    update team_role set confirmed_until = new.ends_on
    where person_id = new.person_id and role = 'supervisor' and state = 'accepted'
      and (until_on is null or until_on > new.ends_on)
      and (confirmed_until is null or confirmed_until < new.ends_on)
      and project_id in (select id from project where trust_id = new.trust_id);
end;
