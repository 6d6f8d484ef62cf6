-- Of which projects the academy is asked whether they go on: a number on the home of an academy lead. What the index is
-- about stands in it as well, or SQLite reads the table for it.
create index ask_quiet on ask (trust_id, from_on, until_on, kind, audience, person_id, project_id)
    where kind = 'still_yours' and audience = 'desk' and person_id is null;
