-- The timeline: where each project stands on every day, and what is asked of whom, derived from dated facts in
-- the transaction that changes one. Triggers mark what is concerned; the commit derives it and takes the marks away.

-- Facts that the rule needs and the store did not have.

-- The last day on which somebody of the team did something: at most one change a day.
alter table project add column last_active_on text;
-- Without a lead, somebody chose to keep looking until this day.
alter table project add column keep_looking_until text;
-- Until when the academy lead confirmed a supervisor on a time-bound post, or without one.
alter table team_role add column confirmed_until text;
-- The handover that began the membership: it counts only as that one does.
alter table team_role add column begun_by text references handover (id);
-- The handover that ended it: it counts only as that one does.
alter table team_role add column ended_by text references handover (id);
create index team_role_begun on team_role (begun_by) where begun_by is not null;
create index team_role_ended on team_role (ended_by) where ended_by is not null;
-- Somebody confirmed that the post ends on its last day.
alter table post add column end_confirmed integer not null default 0 check (end_confirmed in (0, 1));
-- When the person themselves last said so, for the academy's list of what people say of their own dates.
alter table post add column said_at text;
-- When the person themselves said so.
alter table away add column said_at text;
create index post_said on post (trust_id, said_at) where said_at is not null;
create index away_said on away (trust_id, said_at) where said_at is not null;
-- The first day of the role; null where it has always been.
alter table trust_role add column from_on text;
-- The day on which the role is over; null while no end is known.
alter table trust_role add column until_on text;

-- The dates on which many posts of a trust end and begin.
create table changeover (
    trust_id text not null references trust (id),
    -- The day.
    on_day text not null,
    primary key (trust_id, on_day)
) strict, without rowid;
-- The first Wednesdays of February, April, August and December of two years; the academy leads correct them.
insert into changeover (trust_id, on_day)
select t.id, date(y.year || '-' || m.month || '-01', 'weekday 3')
from trust t
join (select strftime('%Y', 'now') as year union select strftime('%Y', 'now', '+1 year') union select strftime('%Y', 'now', '+2 years')) y
join (select '02' as month union select '04' union select '08' union select '12') m
where date(y.year || '-' || m.month || '-01', 'weekday 3') between date('now') and date('now', '+2 years');

-- Somebody of those who are asked works on it until a day: what is asked by kind, whom it is about and what
-- caused it.
create table claim (
    project_id text not null references project (id),
    -- The kind of the ask.
    kind text not null,
    -- The day of what caused it.
    cause_on text not null,
    -- Who works on it.
    person_id text not null references person (id),
    -- Their last day on it: then it is as it was before.
    until_on text not null,
    -- When they said so.
    claimed_at text not null,
    primary key (project_id, kind, cause_on)
) strict, without rowid;
create index claim_person on claim (person_id);

create index handover_from on handover (from_person, state);

update project set last_active_on = substr(updated_at, 1, 10);
update team_role set begun_by = (select h.id from handover h
    where h.project_id = team_role.project_id and h.state = 'agreed' and h.to_person = team_role.person_id
      and h.takes_effect_on = team_role.from_on)
where role = 'lead' and state = 'accepted';
update team_role set ended_by = (select h.id from handover h
    where h.project_id = team_role.project_id and h.state = 'agreed' and h.to_person is not team_role.person_id
      and h.takes_effect_on = team_role.until_on)
where role = 'lead' and state = 'accepted' and until_on is not null;

-- What is derived.

-- Where a registered project stands from one day to another: the rows of a project follow one another without a gap,
-- to the end of time.
create table standing (
    project_id text not null,
    trust_id text not null,
    -- The first day on which it stands so.
    from_on text not null,
    -- The first day on which it stands otherwise; 9999-12-31 for never.
    until_on text not null,
    -- How it stands.
    state text not null check (state in ('in_pool', 'due', 'offered', 'agreed', 'led', 'resting', 'ended')),
    -- Who leads it; null while nobody does.
    lead_id text,
    -- The lead's last day; null while none is known.
    lead_last_on text,
    -- The supervisor who counts; null while there is none.
    supervisor_id text,
    -- The supervisor's last day; null while none is known.
    supervisor_last_on text,
    -- The handover that is offered or agreed; null without one.
    handover_id text,
    -- The first day without a lead; null while somebody leads.
    no_lead_since text,
    -- Something is asked of the academy.
    at_risk integer not null check (at_risk in (0, 1)),
    -- Which version of the rule derived it.
    rule_version integer not null,
    primary key (project_id, from_on),
    check (from_on < until_on),
    check (lead_id is not null or lead_last_on is null),
    check (supervisor_id is not null or supervisor_last_on is null)
) strict, without rowid;
create index standing_trust on standing (trust_id, state, from_on, until_on, at_risk, supervisor_id);
create index standing_lead on standing (lead_id, until_on, from_on) where lead_id is not null;
create index standing_supervisor on standing (supervisor_id, until_on, from_on) where supervisor_id is not null;

-- What is asked of somebody about a project, while its cause lasts: a row for each person and each level of it.
create table ask (
    project_id text not null,
    trust_id text not null,
    -- What is asked.
    kind text not null,
    -- The handover or the place in the team that it is about; null for what is about the project.
    object_id text,
    -- Whom it is about; null for what is about nobody.
    about_id text,
    -- The day of what caused it: with the kind and whom it is about it says which ask it is.
    cause_on text not null,
    -- Since when anybody is asked.
    since_on text not null,
    -- The day by which it is wanted; null without one.
    due_on text,
    -- 1 for who is asked first, 2 and 3 for who is asked beside them later.
    level integer not null check (level between 1 and 3),
    -- Who is asked: a person, the academy leads who can act on the day of reading, or the administrators as well.
    audience text not null check (audience in ('person', 'desk', 'administrators')),
    -- The person; null for all others.
    person_id text,
    -- Who gives the handover away, and so never answers for the desk; null without one.
    giver_id text,
    -- Who takes it, and so never answers for the desk; null without one.
    taker_id text,
    -- The day on which the level opens.
    from_on text not null,
    -- The first day on which it is not asked any more; 9999-12-31 for never.
    until_on text not null,
    -- Somebody chose to wait: it is shown, neither counted nor sent.
    rests integer not null check (rests in (0, 1)),
    check (from_on < until_on),
    check ((audience = 'person') = (person_id is not null))
) strict;
create index ask_project on ask (project_id, until_on);
create index ask_person on ask (person_id, until_on, from_on) where person_id is not null;
create index ask_desk on ask (trust_id, audience, until_on, from_on) where person_id is null;

-- The days on which an academy lead of a trust can act; without a person, those on which none can.
create table desk (
    trust_id text not null,
    -- Who; null on days on which none can.
    person_id text,
    -- The first day.
    from_on text not null,
    -- The day after the last; 9999-12-31 for never.
    until_on text not null,
    check (from_on < until_on)
) strict;
create index desk_trust on desk (trust_id, until_on, from_on);
create index desk_person on desk (person_id, until_on) where person_id is not null;

-- Marks, without a foreign key: what is gone loses its rows.

-- Projects whose timeline the commit derives anew; empty between changes.
create table standing_stale (project_id text primary key) strict, without rowid;
-- Trusts whose desk the commit derives anew; empty between changes.
create table desk_stale (trust_id text primary key) strict, without rowid;


-- What marks a project: every change of a fact that the rule reads of it. `x not in y`, and no conflict clause: that
-- of the statement that sets a trigger off would win over its own.

-- The projects about which somebody is asked, with their trusts: drafts of theirs, and those that are not closed and
-- that name them.
create view named_in (person_id, trust_id, project_id) as
select r.person_id, i.trust_id, i.id from team_role r join project i on i.id = r.project_id
where r.state <> 'declined' and i.status <> 'closed'
union all
select h.from_person, i.trust_id, i.id from handover h join project i on i.id = h.project_id
where h.state in ('offered', 'agreed') and i.status <> 'closed'
union all
select h.to_person, i.trust_id, i.id from handover h join project i on i.id = h.project_id
where h.state in ('offered', 'agreed') and i.status <> 'closed'
union all
select i.author_id, i.trust_id, i.id from project i where i.status = 'draft';

create trigger project_marks_insert after insert on project
begin
    insert into standing_stale select new.id where new.id not in standing_stale;
end;

create trigger project_marks_update after update of status, trust_id, department_id, author_id, submitted_at, review_on, reaudit_on, aim_by, next_step_on, keep_looking_until, last_active_on on project
begin
    insert into standing_stale
    select id from (select old.id as id union select new.id) where id not in standing_stale;
end;

create trigger project_marks_delete after delete on project
begin
    insert into standing_stale select old.id where old.id not in standing_stale;
end;

create trigger team_role_marks_insert after insert on team_role
begin
    insert into standing_stale select new.project_id where new.project_id not in standing_stale;
end;

create trigger team_role_marks_update after update on team_role
begin
    insert into standing_stale
    select id from (select old.project_id as id union select new.project_id) where id not in standing_stale;
end;

create trigger team_role_marks_delete after delete on team_role
begin
    insert into standing_stale select old.project_id where old.project_id not in standing_stale;
end;

create trigger handover_marks_insert after insert on handover
begin
    insert into standing_stale select new.project_id where new.project_id not in standing_stale;
end;

create trigger handover_marks_update after update of project_id, from_person, to_person, to_pool, state, takes_effect_on, offered_at, ended_at, approvals_expire_on on handover
begin
    insert into standing_stale
    select id from (select old.project_id as id union select new.project_id) where id not in standing_stale;
end;

create trigger handover_marks_delete after delete on handover
begin
    insert into standing_stale select old.project_id where old.project_id not in standing_stale;
end;

create trigger handover_answer_marks_insert after insert on handover_answer
begin
    insert into standing_stale
    select distinct project_id from handover where id = new.handover_id and project_id not in standing_stale;
end;

create trigger handover_answer_marks_update after update on handover_answer
begin
    insert into standing_stale
    select distinct project_id from handover where id in (old.handover_id, new.handover_id) and project_id not in standing_stale;
end;

create trigger handover_answer_marks_delete after delete on handover_answer
begin
    insert into standing_stale
    select distinct project_id from handover where id = old.handover_id and project_id not in standing_stale;
end;

create trigger measure_marks_insert after insert on measure
begin
    insert into standing_stale select new.project_id where new.project_id not in standing_stale;
end;

create trigger measure_marks_update after update of project_id, every_days, retired_on on measure
begin
    insert into standing_stale
    select id from (select old.project_id as id union select new.project_id) where id not in standing_stale;
end;

create trigger measure_marks_delete after delete on measure
begin
    insert into standing_stale select old.project_id where old.project_id not in standing_stale;
end;

create trigger changeover_marks_insert after insert on changeover
begin
    insert into standing_stale
    select id from project where trust_id = new.trust_id and status in ('active', 'paused', 'sustaining')
      and id not in standing_stale;
end;

create trigger changeover_marks_update after update on changeover
begin
    insert into standing_stale
    select id from project where trust_id in (old.trust_id, new.trust_id) and status in ('active', 'paused', 'sustaining')
      and id not in standing_stale;
end;

create trigger changeover_marks_delete after delete on changeover
begin
    insert into standing_stale
    select id from project where trust_id = old.trust_id and status in ('active', 'paused', 'sustaining')
      and id not in standing_stale;
end;

create trigger post_marks_insert after insert on post
begin
    insert into standing_stale
    select distinct project_id from named_in where person_id = new.person_id and trust_id = new.trust_id and project_id not in standing_stale;
    insert into desk_stale
    select distinct trust_id from trust_role where person_id = new.person_id and trust_id = new.trust_id and trust_id not in desk_stale;
end;

create trigger post_marks_update after update of person_id, trust_id, department_id, starts_on, ends_on, end_confirmed on post
begin
    insert into standing_stale
    select distinct project_id from named_in where person_id in (old.person_id, new.person_id) and trust_id in (old.trust_id, new.trust_id) and project_id not in standing_stale;
    insert into desk_stale
    select distinct trust_id from trust_role where person_id in (old.person_id, new.person_id) and trust_id in (old.trust_id, new.trust_id) and trust_id not in desk_stale;
end;

create trigger post_marks_delete after delete on post
begin
    insert into standing_stale
    select distinct project_id from named_in where person_id = old.person_id and trust_id = old.trust_id and project_id not in standing_stale;
    insert into desk_stale
    select distinct trust_id from trust_role where person_id = old.person_id and trust_id = old.trust_id and trust_id not in desk_stale;
end;

create trigger away_marks_insert after insert on away
begin
    insert into standing_stale
    select distinct project_id from named_in where person_id = new.person_id and trust_id = new.trust_id and project_id not in standing_stale;
    insert into desk_stale
    select distinct trust_id from trust_role where person_id = new.person_id and trust_id = new.trust_id and trust_id not in desk_stale;
end;

create trigger away_marks_update after update on away
begin
    insert into standing_stale
    select distinct project_id from named_in where person_id in (old.person_id, new.person_id) and trust_id in (old.trust_id, new.trust_id) and project_id not in standing_stale;
    insert into desk_stale
    select distinct trust_id from trust_role where person_id in (old.person_id, new.person_id) and trust_id in (old.trust_id, new.trust_id) and trust_id not in desk_stale;
end;

create trigger away_marks_delete after delete on away
begin
    insert into standing_stale
    select distinct project_id from named_in where person_id = old.person_id and trust_id = old.trust_id and project_id not in standing_stale;
    insert into desk_stale
    select distinct trust_id from trust_role where person_id = old.person_id and trust_id = old.trust_id and trust_id not in desk_stale;
end;

create trigger tie_marks_insert after insert on tie
begin
    insert into standing_stale
    select distinct project_id from named_in where person_id = new.person_id and trust_id = new.trust_id and project_id not in standing_stale;
    insert into desk_stale
    select distinct trust_id from trust_role where person_id = new.person_id and trust_id = new.trust_id and trust_id not in desk_stale;
end;

create trigger tie_marks_update after update of person_id, trust_id, state on tie
begin
    insert into standing_stale
    select distinct project_id from named_in where person_id in (old.person_id, new.person_id) and trust_id in (old.trust_id, new.trust_id) and project_id not in standing_stale;
    insert into desk_stale
    select distinct trust_id from trust_role where person_id in (old.person_id, new.person_id) and trust_id in (old.trust_id, new.trust_id) and trust_id not in desk_stale;
end;

create trigger tie_marks_delete after delete on tie
begin
    insert into standing_stale
    select distinct project_id from named_in where person_id = old.person_id and trust_id = old.trust_id and project_id not in standing_stale;
    insert into desk_stale
    select distinct trust_id from trust_role where person_id = old.person_id and trust_id = old.trust_id and trust_id not in desk_stale;
end;

create trigger credential_marks_insert after insert on credential
begin
    insert into standing_stale
    select distinct project_id from named_in where person_id = new.person_id and project_id not in standing_stale;
    insert into desk_stale
    select distinct trust_id from trust_role where person_id = new.person_id and trust_id not in desk_stale;
end;

create trigger credential_marks_update after update of person_id on credential
begin
    insert into standing_stale
    select distinct project_id from named_in where person_id in (old.person_id, new.person_id) and project_id not in standing_stale;
    insert into desk_stale
    select distinct trust_id from trust_role where person_id in (old.person_id, new.person_id) and trust_id not in desk_stale;
end;

create trigger credential_marks_delete after delete on credential
begin
    insert into standing_stale
    select distinct project_id from named_in where person_id = old.person_id and project_id not in standing_stale;
    insert into desk_stale
    select distinct trust_id from trust_role where person_id = old.person_id and trust_id not in desk_stale;
end;

create trigger person_marks_update after update of closed_on on person
begin
    insert into standing_stale
    select distinct project_id from named_in where person_id = new.id and project_id not in standing_stale;
    insert into desk_stale
    select distinct trust_id from trust_role where person_id = new.id and trust_id not in desk_stale;
end;

create trigger trust_role_marks_insert after insert on trust_role
begin
    insert into desk_stale select new.trust_id where new.trust_id not in desk_stale;
end;

create trigger trust_role_marks_update after update on trust_role
begin
    insert into desk_stale
    select id from (select old.trust_id as id union select new.trust_id) where id not in desk_stale;
end;

create trigger trust_role_marks_delete after delete on trust_role
begin
    insert into desk_stale select old.trust_id where old.trust_id not in desk_stale;
end;

create trigger trust_marks_insert after insert on trust
begin
    insert into desk_stale select new.id where new.id not in desk_stale;
end;

create trigger trust_marks_update after update of demonstration on trust
begin
    insert into standing_stale select id from project where trust_id = new.id and id not in standing_stale;
    insert into desk_stale select new.id where new.id not in desk_stale;
end;

-- Only what is marked may change here.

create trigger standing_is_derived_insert before insert on standing
when not exists (select 1 from standing_stale where project_id = new.project_id)
begin
    select raise(abort, 'only the rule writes standing');
end;

create trigger standing_is_derived_update before update on standing
when not exists (select 1 from standing_stale where project_id = old.project_id) or not exists (select 1 from standing_stale where project_id = new.project_id)
begin
    select raise(abort, 'only the rule writes standing');
end;

create trigger standing_is_derived_delete before delete on standing
when not exists (select 1 from standing_stale where project_id = old.project_id)
begin
    select raise(abort, 'only the rule writes standing');
end;

create trigger ask_is_derived_insert before insert on ask
when not exists (select 1 from standing_stale where project_id = new.project_id)
begin
    select raise(abort, 'only the rule writes ask');
end;

create trigger ask_is_derived_update before update on ask
when not exists (select 1 from standing_stale where project_id = old.project_id) or not exists (select 1 from standing_stale where project_id = new.project_id)
begin
    select raise(abort, 'only the rule writes ask');
end;

create trigger ask_is_derived_delete before delete on ask
when not exists (select 1 from standing_stale where project_id = old.project_id)
begin
    select raise(abort, 'only the rule writes ask');
end;

create trigger desk_is_derived_insert before insert on desk
when not exists (select 1 from desk_stale where trust_id = new.trust_id)
begin
    select raise(abort, 'only the rule writes desk');
end;

create trigger desk_is_derived_update before update on desk
when not exists (select 1 from desk_stale where trust_id = old.trust_id) or not exists (select 1 from desk_stale where trust_id = new.trust_id)
begin
    select raise(abort, 'only the rule writes desk');
end;

create trigger desk_is_derived_delete before delete on desk
when not exists (select 1 from desk_stale where trust_id = old.trust_id)
begin
    select raise(abort, 'only the rule writes desk');
end;


insert into standing_stale select id from project where id not in standing_stale;
insert into desk_stale select id from trust where id not in desk_stale;


-- As before, and with what this migration adds.
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
    delete from claim where project_id = old.id;
    update team_role set begun_by = null, ended_by = null where project_id = old.id;
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
