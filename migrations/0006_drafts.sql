-- What a draft leaves behind: nothing when it is deleted, and no more than its author wants once it is
-- registered.

-- Deleting a project deletes what hangs on it, what refers before what is referred to. Only a draft can
-- be deleted: a registered project is what a trust remembers.
create trigger project_is_deleted before delete on project
begin
    select raise(abort, 'only a draft can be deleted') where old.status <> 'draft';
    delete from driver_measure where driver_id in (select id from driver where project_id = old.id);
    delete from driver_measure where measure_id in (select id from measure where project_id = old.id);
    delete from tally where measure_id in (select id from measure where project_id = old.id);
    delete from phase where measure_id in (select id from measure where project_id = old.id);
    delete from measure_target where measure_id in (select id from measure where project_id = old.id);
    delete from measurement where measure_id in (select id from measure where project_id = old.id);
    delete from handover_measure where handover_id in (select id from handover where project_id = old.id);
    delete from handover_contribution where handover_id in (select id from handover where project_id = old.id);
    delete from handover_answer where handover_id in (select id from handover where project_id = old.id);
    delete from handover where project_id = old.id;
    delete from measure where project_id = old.id;
    delete from cycle where project_id = old.id;
    delete from driver where project_id = old.id;
    delete from team_role where project_id = old.id;
    delete from project_priority where project_id = old.id;
    delete from project_link where old.id in (project_id, other_id);
    delete from project_text where rowid = old.number;
end;

-- A lead's draft of a handover stays theirs while somebody else takes the project on: a project has at
-- most one draft and at most one offer.
drop index handover_one_live;
create unique index handover_one_draft on handover (project_id) where state = 'draft';
create unique index handover_one_offer on handover (project_id) where state = 'offered';

-- A place that was given by mistake: whoever had it contributed nothing, and does not go on reading.
alter table team_role add column by_mistake integer not null default 0 check (by_mistake in (0, 1));
