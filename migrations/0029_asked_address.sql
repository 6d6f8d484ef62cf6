-- By which address a trust found somebody whom it asks: mail that invites them goes there and to no other, whatever
-- addresses another trust gave them since.
alter table tie add column asked_address text;
create index access_link_kind on access_link (kind, made_at);

-- A draft takes along what hangs on it: what it says and who confirmed a part in it too.
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
    delete from point_batch where measure_id in (select id from measure where project_id = old.id);
    delete from handover_measure where handover_id in (select id from handover where project_id = old.id);
    delete from handover_contribution where handover_id in (select id from handover where project_id = old.id);
    delete from claim where project_id = old.id;
    update team_role set begun_by = null, ended_by = null where project_id = old.id;
    delete from handover_answer where handover_id in (select id from handover where project_id = old.id);
    delete from handover where project_id = old.id;
    delete from measure where project_id = old.id;
    delete from cycle where project_id = old.id;
    delete from driver where project_id = old.id;
    delete from task where project_id = old.id;
    delete from project_update where project_id = old.id;
    delete from web_link where project_id = old.id;
    delete from team_role where project_id = old.id;
    delete from project_priority where project_id = old.id;
    delete from project_link where project_id = old.id;
    delete from project_link where other_id = old.id;
    delete from project_terms where project_id = old.id;
    delete from confirmation where project_id = old.id;
    delete from project_text where rowid = old.number;
end;
