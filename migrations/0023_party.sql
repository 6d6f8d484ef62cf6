-- Whoever answered a handover for the side that supervises is its supervisor, also in the store: the old word goes.
-- A check cannot be changed in place. The table is made anew under its own name, because triggers of other tables speak of
-- it, and filled before its own triggers are there: what its rows say is what they said, and no timeline changes.
create table handover_answer_kept as select * from handover_answer;
drop table handover_answer;
create table handover_answer (
    handover_id text not null references handover (id),
    party text not null check (party in ('successor', 'supervisor')),
    person_id text not null references person (id),
    for_supervisor integer not null default 0 check (for_supervisor in (0, 1)),
    answer text not null check (answer in ('accepted', 'declined')),
    word text not null default '',
    answered_at text not null,
    primary key (handover_id, party)
) strict, without rowid;

insert into handover_answer (handover_id, party, person_id, for_supervisor, answer, word, answered_at)
select handover_id, iif(party = 'anchor', 'supervisor', party), person_id, for_supervisor, answer, word, answered_at
from handover_answer_kept;
drop table handover_answer_kept;

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
