-- A detail of history goes only together with a row of history that says so.

-- Which details were erased. The row that says so, `erased_by`, names them in its own detail too, which
-- the chain covers; here they stand for the triggers.
create table history_erased (
    sequence integer primary key references history (sequence),
    erased_by integer not null references history (sequence),
    check (erased_by > sequence)
) strict;

create trigger history_erased_is_said before insert on history_erased
when not exists (select 1 from history where sequence = new.erased_by and object = 'history' and action = 'erased details')
begin
    select raise(abort, 'a detail is erased only with a row of history that says so');
end;
-- What says that something was erased stays.
create trigger history_erased_says_itself before insert on history_erased
when exists (select 1 from history where sequence = new.sequence and object = 'history' and action = 'erased details')
begin
    select raise(abort, 'the row that says what was erased is not erased');
end;
create trigger history_erased_is_not_updated before update on history_erased
begin
    select raise(abort, 'history is append-only');
end;
create trigger history_erased_is_not_deleted before delete on history_erased
begin
    select raise(abort, 'history is append-only');
end;

create trigger history_detail_is_not_updated before update on history_detail
begin
    select raise(abort, 'history is append-only');
end;
create trigger history_detail_is_not_just_deleted before delete on history_detail
when not exists (select 1 from history_erased where sequence = old.sequence)
begin
    select raise(abort, 'a detail is erased only with a row of history that says so');
end;
