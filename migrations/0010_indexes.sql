-- Deleting a draft looks for what refers to it. Without these, each search read its whole table: the unique
-- indexes of phases and targets, and that of open tallies, leave out removed and closed rows.
create index phase_every_measure on phase (measure_id);
create index measure_target_every_measure on measure_target (measure_id);
create index tally_every_measure on tally (measure_id);
create index tally_measurement on tally (measurement_id) where measurement_id is not null;
create index handover_measure_measure on handover_measure (measure_id);

-- As before, but links are looked for by either index: `old.id in (project_id, other_id)` used neither.
drop trigger project_is_deleted;
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
    delete from project_link where project_id = old.id;
    delete from project_link where other_id = old.id;
    delete from project_text where rowid = old.number;
end;
