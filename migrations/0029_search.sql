-- Finding anything: every word of a lead (name, company, addresses, numbers, what was written about it) stands in one index
-- that is asked for whole words, for beginnings and, by way of a dictionary of all words, for words with one wrong, missing,
-- extra or swapped letter. It is kept by triggers, whichever door a word comes through. The words of a question are made by
-- `search::rules` in Rust, those of the index by the functions here; a test holds the two together, letter by letter.

-- Letters as they are compared: those of `fold::fold`, and besides Persian and Arabic digits as Latin ones, й as и, the
-- spellings of alef, heh and yeh made one, and neither apostrophes nor vowel marks.
create function search_fold(given text) returns text
language sql immutable strict parallel safe as $$
    select regexp_replace(
        translate(replace(replace(lower(given collate "und-x-icu"), 'ß', 'ss'), 'æ', 'ae'),
            'ıàáâãäåāăąçćčďđèéêëēėęěğìíîïīįłñńňòóôõöøōőřşșśšţțťùúûüūůűýÿźżžёйςيىئكةۀأإآٱؤ۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩',
            'iaaaaaaaaacccddeeeeeeeegiiiiiilnnnoooooooorsssstttuuuuuuuyyzzzеиσیییکههااااو01234567890123456789'),
        '[\u0027\u0060\u00b4\u02bc\u0300-\u036f\u0640\u064b-\u065f\u0670\u2018\u2019\u200b-\u200f\u202a-\u202e\ufeff]', '', 'g')
$$;

-- The words of a text in their order: whatever stands between separators. A text that is longer than any form takes ends here.
create function search_split(given text) returns text[]
language sql immutable parallel safe as $$
    select string_to_array(btrim(regexp_replace(search_fold(left(coalesce(given, ''), 20000)),
        '[\u1680\u0001-\u002f\u003a-\u0060\u007b-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u02c2-\u02df\u060c\u061b-\u061f\u066a-\u066d\u06d4\u2000-\u2bff\u3000-\u303f\ufe30-\ufe4f\uff00-\uff0f\ufffc\ufffd]+',
        ' ', 'g')), ' ')
$$;

-- A Cyrillic word in Latin letters, as far as its many spellings agree: `rules::bone` makes the same of what is typed in
-- Latin letters, so that Хрущев and Khrushchev meet. Other words stay as they are.
create function search_latin(word text) returns text
language sql immutable strict parallel safe as $$
    select case when word ~ '[\u0400-\u052f]' then
        regexp_replace(replace(translate(
            replace(replace(replace(word, 'щ', 'шч'), 'ю', 'иу'), 'я', 'иа'),
            'абвгдежзиклмнопрстуфхцчшыэіїєґәөүұқғһңўҳьъ', 'abvgdezziklmnoprstufktcsieiiegaouukghnuh'),
            'ts', 't'), '([a-z])\1+', '\1', 'g')
    else word end
$$;

-- Each word as it is written, and Cyrillic ones in Latin letters, too. (In steps: for a few words a query costs more to
-- begin than to carry out, and every lead and note comes through here.)
create function search_spread(words text[]) returns text[]
language plpgsql immutable parallel safe as $$
declare
    spread text[] := '{}';
    word text;
begin
    foreach word in array words loop
        word := left(word, 48);
        if word <> '' and word <> all(spread) then
            spread := spread || word;
        end if;
        if word ~ '[\u0400-\u052f]' then
            word := search_latin(word);
            if word <> '' and word <> all(spread) then
                spread := spread || word;
            end if;
        end if;
    end loop;
    return spread;
end $$;

-- The words of several texts. Each is read for itself, so that however much was written, nothing of it is cut off.
create function search_words(texts text[]) returns text[]
language plpgsql immutable parallel safe as $$
declare
    words text[] := '{}';
    given text;
begin
    foreach given in array texts loop
        words := words || search_spread(search_split(given));
    end loop;
    return array(select distinct unnest(words));
end $$;

-- Words that stand beside each other, written as one: so a person is found by both names at once however many share one of
-- them, and with a blank too many or too few.
create function search_joined(words text[], any_order boolean) returns text[]
language plpgsql immutable parallel safe as $$
declare
    joined text[] := '{}';
    latin text[] := '{}';
    a integer;
    b integer;
begin
    for a in 1 .. least(cardinality(words), 6) loop
        latin := latin || search_latin(words[a]);
    end loop;
    for a in 1 .. cardinality(latin) loop
        for b in 1 .. cardinality(latin) loop
            if b = a + 1 or any_order and a <> b and a <= 4 and b <= 4 then
                joined := joined || (words[a] || words[b]);
                if latin[a] <> words[a] or latin[b] <> words[b] then
                    joined := joined || (latin[a] || latin[b]);
                end if;
            end if;
        end loop;
    end loop;
    return joined;
end $$;

-- A phone number by its beginning, with and without what stands before it, and by its end.
create function search_numbers(phone text) returns text[]
language plpgsql immutable parallel safe as $$
declare
    numbers text[] := '{}';
    digits text;
begin
    foreach digits in array string_to_array(translate(search_fold(phone), ',;|', '///'), '/') loop
        digits := ltrim(translate(digits, translate(digits, '0123456789', ''), ''), '0');
        if length(digits) >= 4 then
            numbers := numbers || array[digits, right(digits, 10), right(digits, 7), '~' || reverse(right(digits, 12))];
        end if;
    end loop;
    return numbers;
end $$;

-- What a lead is found by as a whole: names written as one word, numbers, addresses.
create function search_keys(name text, company text, email text, phone text, external_id text) returns text[]
language plpgsql immutable parallel safe as $$
declare
    every text[] := search_joined(search_split(name), true);
    keys text[] := '{}';
    key text;
begin
    if company is not null then
        every := every || search_joined(search_split(company), false);
    end if;
    if external_id is not null then
        every := every || search_split(external_id) || search_joined(search_split(external_id), false);
    end if;
    if phone is not null then
        every := every || search_numbers(phone);
    end if;
    if email like '%_@_%' then
        every := every || btrim(search_fold(email));
    end if;
    foreach key in array every loop
        key := left(key, 80);
        if key <> '' and key <> all(keys) then
            keys := keys || key;
        end if;
    end loop;
    return keys;
end $$;

-- What a word becomes when at most one of its letters goes: two words that differ by one wrong, missing, extra or swapped
-- letter have one of these in common, whatever their script.
create function search_deletions(word text) returns text[]
language sql immutable strict parallel safe as $$
    select array(select distinct left(word, place - 1) || substr(word, place + 1)
                 from generate_series(1, length(word)) as place) || word
$$;

-- One row per lead: what its entries in the index are made of, and the lock that its writers wait for.
create table search_doc (
    lead_id bigint primary key,
    -- Whose entries they are: a person's id, or a queue's below zero.
    holder bigint not null,
    words text[] not null,
    keys text[] not null,
    -- The words of everything that was written about the lead.
    notes text[] not null
);

-- The index. What a search asks for (whose, in which kind of text, which words) is one stretch of it, the newest leads of a
-- word first: whoever reads on from there stops when the page is full.
create table search_entry (
    lead_id bigint not null,
    holder bigint not null,
    in_note boolean not null,
    word text collate "C" not null
);

-- The dictionary: every word of letters in the index, and of leads that are withdrawn and may come back. Not unique: two who
-- write the same new word never wait for each other.
create table search_word (word text collate "C" not null);

-- What a lead's entries should be.
create view search_fresh as
select l.id as lead_id, coalesce(l.owner_id, -l.queue_id) as holder,
       search_spread(search_split(l.name) || search_split(l.company) || search_split(l.email)) as words,
       search_keys(l.name, l.company, l.email, l.phone, l.external_id) as keys,
       search_words(l.request || array(
           select a.body from activity a where a.lead_id = l.id and a.body is not null
           union all select unnest(array[s.note, s.customer_words]) from loss s where s.lead_id = l.id)) as notes
from lead l
where l.withdrawn_at is null;

insert into search_doc (lead_id, holder, words, keys, notes) select lead_id, holder, words, keys, notes from search_fresh;
insert into search_entry (lead_id, holder, in_note, word)
select lead_id, holder, false, unnest(words) from search_doc
union select lead_id, holder, false, unnest(keys) from search_doc
union all select lead_id, holder, true, unnest(notes) from search_doc;
insert into search_word (word)
select distinct word from (select unnest(words) as word from search_doc union all select unnest(notes) from search_doc) as every
where word !~ '[0-9]' and length(word) between 2 and 24;

create index search_entry_in_order on search_entry (in_note, holder, word, lead_id desc);
create index search_word_itself on search_word (word);
create index search_word_nearby on search_word using gin (search_deletions(word)) with (fastupdate = off);
analyze search_doc, search_entry, search_word;

-- The planner is told how to go about it: the functions below stay in memory with the plan that they began with, made when
-- the tables may have been empty.

-- Adds what the dictionary does not have yet. What it has is held until the entries are there for everybody to see, so that
-- nobody forgets it meanwhile.
create function search_learn(words text[]) returns void language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
begin
    with known as materialized (select word from search_word where word = any(words) order by word for key share)
    insert into search_word (word)
    select given.word from unnest(words) as given (word)
    where given.word !~ '[0-9]' and length(given.word) between 2 and 24
    except select word from known;
end $$;

-- How many leads have this word, counted no further than `most`.
create function search_count(given text, most bigint) returns bigint language sql stable as $$
    select count(*) from (
        select from (select id as holder from app_user union all select -id from queue) as h
        cross join (values (false), (true)) as n (in_note)
        cross join lateral (
            select from search_entry e
            where e.in_note = n.in_note and e.holder = h.holder and e.word = given limit most) as e
        limit most) as first
$$;

-- Takes out of the dictionary which of these words no lead has any more. A word that few have is looked at again once it is
-- locked: somebody may be writing it, or blanking the others, at this moment. A common one nobody has to wait for.
create function search_forget(words text[]) returns void language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
    rare text[] := array(
        select distinct word from search_word where word = any(words) and search_count(word, 5) < 5 order by word);
begin
    perform from search_word where word = any(rare) order by word for update;
    delete from search_word where word = any(rare) and search_count(word, 1) = 0;
end $$;

-- Brings the entries of these leads up to date, from everything that is known of them. New ones are here for the first time.
create function search_index(leads bigint[]) returns void language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
    new_words text[];
begin
    perform from search_doc where lead_id = any(leads) order by lead_id for update;
    with fresh as materialized (select * from search_fresh where lead_id = any(leads)),
    old as materialized (select * from search_doc where lead_id = any(leads)),
    fresh_entry as materialized (
        select lead_id, holder, false as in_note, unnest(words || keys) as word from fresh
        union select lead_id, holder, true, unnest(notes) from fresh),
    old_entry as materialized (
        select lead_id, holder, false as in_note, unnest(words || keys) as word from old
        union select lead_id, holder, true, unnest(notes) from old),
    gone as (
        delete from search_entry e using (select * from old_entry except select * from fresh_entry) as g
        where e.in_note = g.in_note and e.holder = g.holder and e.word = g.word and e.lead_id = g.lead_id),
    come as (
        insert into search_entry (lead_id, holder, in_note, word)
        select lead_id, holder, in_note, word from fresh_entry except select lead_id, holder, in_note, word from old_entry),
    forgotten as (
        delete from search_doc where lead_id = any(leads) and lead_id not in (select lead_id from fresh)),
    kept as (
        insert into search_doc as d (lead_id, holder, words, keys, notes)
        select lead_id, holder, words, keys, notes from fresh
        on conflict (lead_id) do update
            set holder = excluded.holder, words = excluded.words, keys = excluded.keys, notes = excluded.notes)
    select array(select unnest(words || notes) from fresh except select unnest(words || notes) from old) into new_words;
    perform search_learn(new_words);
end $$;

-- Takes a lead out of the index, or hands its entries over to somebody else (`heir`).
create function search_move(lead bigint, heir bigint) returns void language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
    doc search_doc;
begin
    select * into doc from search_doc where lead_id = lead for update;
    delete from search_entry e
    using (select false as in_note, unnest(doc.words || doc.keys) as word union select true, unnest(doc.notes)) as known
    where e.in_note = known.in_note and e.holder = doc.holder and e.word = known.word and e.lead_id = lead;
    if heir is null then
        delete from search_doc where lead_id = lead;
    else
        insert into search_entry (lead_id, holder, in_note, word)
        select lead, heir, false, unnest(doc.words || doc.keys) union select lead, heir, true, unnest(doc.notes);
        update search_doc set holder = heir where lead_id = lead;
    end if;
end $$;

-- What was written about a lead is added to what is known of it. A lead that is not in the index yet comes with all of it.
create function search_note(lead bigint, written text[]) returns void language plpgsql as $$
declare
    doc search_doc;
    come text[];
begin
    select * into doc from search_doc where lead_id = lead for update;
    if not found then
        return;
    end if;
    come := array(select unnest(search_words(written)) except select unnest(doc.notes));
    if come <> '{}' then
        insert into search_entry (lead_id, holder, in_note, word) select lead, doc.holder, true, unnest(come);
        update search_doc set notes = doc.notes || come where lead_id = lead;
        perform search_learn(come);
    end if;
end $$;

create function search_new_leads() returns trigger language plpgsql as $$
begin
    perform search_index(array(select id from after_change));
    return null;
end $$;
create trigger search_new_leads after insert on lead referencing new table as after_change
    for each statement execute function search_new_leads();

-- A move names none of these columns and costs nothing here. What no longer stands in the lead may be what had to be erased.
create function search_changed_lead() returns trigger language plpgsql as $$
declare
    is_rewritten boolean := (new.name, new.company, new.email, new.phone, new.external_id, new.request)
        is distinct from (old.name, old.company, old.email, old.phone, old.external_id, old.request);
begin
    if new.withdrawn_at is not null then
        perform search_move(new.id, null);
    elsif is_rewritten or old.withdrawn_at is not null then
        perform search_index(array[new.id]);
    else
        perform search_move(new.id, coalesce(new.owner_id, -new.queue_id));
    end if;
    if is_rewritten then
        perform search_forget(search_words(array[old.name, old.company, old.email, old.request]));
    end if;
    return null;
end $$;
create trigger search_changed_lead
    after update of name, company, email, phone, external_id, request, owner_id, queue_id, withdrawn_at on lead
    for each row when (
        (new.name, new.company, new.email, new.phone, new.external_id, new.request, new.owner_id, new.queue_id, new.withdrawn_at)
        is distinct from
        (old.name, old.company, old.email, old.phone, old.external_id, old.request, old.owner_id, old.queue_id, old.withdrawn_at))
    execute function search_changed_lead();

create function search_deleted_lead() returns trigger language plpgsql as $$
begin
    perform search_move(old.id, null);
    return null;
end $$;
create trigger search_deleted_lead after delete on lead for each row execute function search_deleted_lead();

create function search_new_activity() returns trigger language plpgsql as $$
begin
    perform search_note(new.lead_id, array[new.body]);
    return null;
end $$;
create trigger search_new_activity after insert on activity
    for each row when (new.body is not null) execute function search_new_activity();

create function search_new_loss() returns trigger language plpgsql as $$
begin
    perform search_note(new.lead_id, array[new.note, new.customer_words]);
    return null;
end $$;
create trigger search_new_loss after insert on loss for each row execute function search_new_loss();

-- Whoever blanks what was written (in the columns that the trigger names) takes it out of index and dictionary with that.
create function search_blanked() returns trigger language plpgsql as $$
begin
    perform search_index(array[new.lead_id]);
    perform search_forget(search_words(array(select to_jsonb(old) ->> written from unnest(tg_argv) as written)));
    return null;
end $$;
create trigger search_blanked after update of body on activity
    for each row when (new.body is distinct from old.body) execute function search_blanked('body');
create trigger search_blanked after update of note, customer_words on loss
    for each row when ((new.note, new.customer_words) is distinct from (old.note, old.customer_words))
    execute function search_blanked('note', 'customer_words');
