-- The words of the search index as they stand in it, to find what is spelled like a word that nobody wrote. It holds
-- nothing of its own.
create virtual table project_word using fts5vocab (project_text, row);
