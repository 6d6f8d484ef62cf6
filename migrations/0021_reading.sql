-- The words of the search index know their trust, so that a search reads the projects of one trust and not those of all:
-- `trust` holds one word, the trust's id without what parts words. Whoever searches says which columns their words stand
-- in, and the trust's is none of them.
drop table project_word;
drop table project_text;
create virtual table project_text using fts5 (
    title, problem, aim, trust,
    content = '', contentless_delete = 1,
    tokenize = 'porter unicode61 remove_diacritics 2'
);
insert into project_text (rowid, title, problem, aim, trust)
    select number, title, problem, trim(aim_what || ' ' || aim_whom || ' ' || aim_how_much), 't' || replace(trust_id, '-', '') || '0'
    from project where status <> 'draft';
create virtual table project_word using fts5vocab (project_text, row);

-- A home asks in six ways where somebody has a place, and reads no more than stands here.
drop index team_role_person;
create index team_role_person on team_role (person_id, state, role, project_id, from_on, until_on, by_mistake, begun_by);

-- The next step of each project of a list: the first here.
create index task_next on task (project_id, due_on is null, due_on, id, what) where done_at is null and removed_at is null;

-- How many projects each option of a list's filters would show: of projects no more than stands here is counted. Only
-- what leaves out drafts in these words may use it: SQLite takes it for lists as well where it knows no better.
create index project_counted on project (trust_id, status, department_id, type, id) where status <> 'draft';
