-- What a team does between data points: tasks, of which the first open one is the project's next step; short dated
-- updates; and links to where its files and tools are. None of them is lost by deleting it: it is marked, and can be
-- put back.

-- Something that is to be done. The first open one of a project, by its day, is its next step.
create table task (
    id text primary key,
    project_id text not null references project (id),
    -- What is to be done.
    what text not null,
    -- Who of the team does it; null while nobody has it.
    person_id text references person (id),
    -- The day by which it is to be done; null where no day is known.
    due_on text,
    -- When it was done; null while it is open.
    done_at text,
    -- Who said that it is done.
    done_by text references person (id),
    -- When it was deleted; null while it stands.
    removed_at text,
    -- Who wrote it.
    author_id text not null references person (id),
    created_at text not null,
    -- Rises by one with every change.
    version integer not null default 1,
    check ((done_at is null) = (done_by is null))
) strict;
create index task_of_project on task (project_id);
create index task_of_person on task (person_id) where person_id is not null and done_at is null;

-- A short note on a day: what happened, for whoever was not there.
create table project_update (
    id text primary key,
    project_id text not null references project (id),
    -- The day that it speaks of.
    on_day text not null,
    -- What happened.
    words text not null,
    -- Who wrote it, and alone changes it.
    author_id text not null references person (id),
    created_at text not null,
    -- When its words were last changed; null while they stand as they were written.
    changed_at text,
    -- When it was deleted; null while it stands.
    removed_at text,
    -- Rises by one with every change.
    version integer not null default 1
) strict;
create index project_update_of_project on project_update (project_id, on_day);

-- Where something of the project is kept outside Baton.
create table web_link (
    id text primary key,
    project_id text not null references project (id),
    -- What is there: folder, document, spreadsheet, form, dashboard, guidance or other.
    kind text not null check (kind in ('folder', 'document', 'spreadsheet', 'form', 'dashboard', 'guidance', 'other')),
    -- What it is called on the page.
    title text not null,
    -- Its address: http or https, without a name or password.
    address text not null,
    -- Whose account it is kept in: who can let somebody in, and whose leaving would lose it.
    account text not null,
    -- Who added it.
    author_id text not null references person (id),
    created_at text not null,
    -- When it was deleted; null while it stands.
    removed_at text,
    -- Rises by one with every change.
    version integer not null default 1
) strict;
create index web_link_of_project on web_link (project_id);

-- What stood as the next step is the first task. Its author is the project's: the history says who wrote it.
insert into task (id, project_id, what, due_on, author_id, created_at)
with step as materialized (
    select id, next_step, next_step_on, author_id, updated_at, lower(hex(randomblob(16))) as h
    from project where next_step <> ''
)
select substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-4' || substr(h, 14, 3) || '-8' || substr(h, 18, 3) || '-' || substr(h, 21, 12),
    id, next_step, next_step_on, author_id, updated_at
from step;

drop trigger project_marks_update;
alter table project drop column next_step;
alter table project drop column next_step_on;
create trigger project_marks_update after update of status, trust_id, department_id, author_id, submitted_at, review_on, reaudit_on, aim_by, keep_looking_until, last_active_on on project
begin
    insert into standing_stale
    select id from (select old.id as id union select new.id) where id not in standing_stale;
end;

create trigger task_marks_insert after insert on task
begin
    insert into standing_stale select new.project_id where new.project_id not in standing_stale;
end;

create trigger task_marks_update after update of project_id, due_on, done_at, removed_at on task
begin
    insert into standing_stale
    select id from (select old.project_id as id union select new.project_id) where id not in standing_stale;
end;

create trigger task_marks_delete after delete on task
begin
    insert into standing_stale select old.project_id where old.project_id not in standing_stale;
end;

insert into standing_stale select id from project where id not in standing_stale;

-- As before, and with what this migration and the one before it add.
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
    delete from project_text where rowid = old.number;
end;

-- When a copy of the store was last written and verified, for the administrators.
alter table installation add column backed_up_at text;
-- What was done in a trust that concerns no project, for the administrators' home.
create index history_trust on history (trust_id, sequence) where project_id is null;
-- As before, by the day of the last activity: that is what lists of open projects begin with.
drop index project_open;
create index project_open on project (trust_id, last_active_on, updated_at) where status in ('active', 'paused', 'sustaining');
