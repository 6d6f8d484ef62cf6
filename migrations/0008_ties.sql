-- Whoever had a password and neither post, role nor place any more when ties came: without a tie they could
-- neither sign in nor answer a trust that asks for them. They belong where they worked: a tie by itself
-- lets nobody do anything there.
insert into tie (person_id, trust_id, state, named, asked_at, answered_at)
select p.id, f.trust_id, 'accepted', p.name, p.created_at, p.created_at
from credential c join person p on p.id = c.person_id join (
    select person_id, trust_id from session
    union select object_id, trust_id from history where object = 'person' and trust_id is not null
) f on f.person_id = p.id
where not exists (select 1 from tie where person_id = p.id);
