-- Meetings over the figures: what was pinned to them, what was decided, what it was to bring, and what came of it.

create table meeting (
    id bigint generated always as identity primary key,
    title text not null check (btrim(title) = title and length(title) between 1 and 120),
    held_on date not null check (held_on between '1970-01-01' and '2199-12-31'),
    notes text not null default '' check (length(notes) <= 4000),
    made_by bigint not null references app_user,
    made_at timestamptz not null,
    changed_by bigint not null references app_user,
    changed_at timestamptz not null,
    request_key text not null check (length(request_key) between 8 and 64),
    constraint meeting_once unique (made_by, request_key),
    constraint meeting_changes_after_it_is_made check (changed_at >= made_at)
);
create index meeting_by_day on meeting (held_on desc, id desc);

-- What the minutes said before somebody wrote over them.
create table meeting_before (
    id bigint generated always as identity primary key,
    meeting_id bigint not null references meeting,
    title text not null,
    held_on date not null,
    notes text not null,
    by_id bigint not null references app_user,
    at timestamptz not null
);
create index meeting_before_by_meeting on meeting_before (meeting_id);

-- A view of the figures that a meeting looked at, as the address that shows it.
create table pin (
    id bigint generated always as identity primary key,
    meeting_id bigint not null references meeting,
    kind text not null check (kind in ('chart', 'insight', 'list')),
    title text not null check (btrim(title) = title and length(title) between 1 and 200),
    -- A page of ours, never one elsewhere.
    address text not null check (length(address) <= 2000 and address ~ '^/losses(/[a-z0-9_-]+)*([?][!-"$-;=?-~]*)?$'),
    words text not null check (length(words) <= 4000),
    by_id bigint not null references app_user,
    at timestamptz not null,
    taken_off_by bigint references app_user,
    taken_off_at timestamptz,
    request_key text not null check (length(request_key) between 8 and 64),
    constraint pin_once unique (by_id, request_key),
    constraint taking_off_is_whole check ((taken_off_by is null) = (taken_off_at is null))
);
create index pin_by_meeting on pin (meeting_id);

create table decision (
    id bigint generated always as identity primary key,
    meeting_id bigint not null references meeting,
    kind text not null check (kind in ('price_policy', 'communication', 'process', 'training', 'new_product')),
    what text not null check (btrim(what) = what and length(what) between 1 and 400),
    owner_id bigint not null references app_user,
    starts_on date not null check (starts_on between '1970-01-01' and '2199-12-31'),
    gauge text not null check (gauge in ('losses', 'lost_value', 'win_rate', 'median_days')),
    -- What the figure is narrowed to: the part of an address after the question mark, without days.
    selection text not null check (length(selection) <= 2000 and selection ~ '^[!-"$-;=?-~]*$'),
    -- Per cent of losses and value, points of a rate, days of a median; with its sign.
    expected integer not null,
    check_on date not null check (check_on <= '2199-12-31'),
    made_by bigint not null references app_user,
    made_at timestamptz not null,
    changed_by bigint not null references app_user,
    changed_at timestamptz not null,
    request_key text not null check (length(request_key) between 8 and 64),
    judged text check (judged in ('kept', 'changed', 'dropped')),
    judged_by bigint references app_user,
    judged_at timestamptz,
    judged_because text check (btrim(judged_because) = judged_because and length(judged_because) between 1 and 4000),
    judged_key text check (length(judged_key) between 8 and 64),
    replaced_by bigint unique references decision,
    constraint decision_once unique (made_by, request_key),
    constraint decision_is_checked_after_it_starts check (check_on > starts_on and check_on <= starts_on + 1096),
    constraint decision_expects_something check (expected <> 0 and case gauge
        when 'win_rate' then expected between -100 and 100
        when 'median_days' then expected between -3999 and 3999
        else expected between -100 and 1000 end),
    constraint judgement_is_whole check (
        num_nulls(judged, judged_by, judged_at, judged_because, judged_key) in (0, 5)),
    constraint what_was_changed_is_replaced check ((coalesce(judged, '') = 'changed') = (replaced_by is not null)),
    constraint nothing_replaces_itself check (replaced_by <> id)
);
create index decision_by_meeting on decision (meeting_id);
create index decision_to_judge on decision (check_on, id) where judged is null;

-- What a decision said before somebody wrote over it.
create table decision_before (
    id bigint generated always as identity primary key,
    decision_id bigint not null references decision,
    was jsonb not null check (jsonb_typeof(was) = 'object'),
    by_id bigint not null references app_user,
    at timestamptz not null
);
create index decision_before_by_decision on decision_before (decision_id);

create function minutes_keep_what_was() returns trigger language plpgsql as $$
begin
    if (new.id, new.made_by, new.made_at, new.request_key) is distinct from (old.id, old.made_by, old.made_at, old.request_key) then
        raise exception 'meeting % was made once', old.id using errcode = '23514';
    end if;
    insert into meeting_before (meeting_id, title, held_on, notes, by_id, at)
    values (old.id, old.title, old.held_on, old.notes, old.changed_by, old.changed_at);
    return new;
end $$;
create trigger minutes_keep_what_was before update on meeting for each row execute function minutes_keep_what_was();

create function pin_is_only_taken_off() returns trigger language plpgsql as $$
begin
    if old.taken_off_at is not null
       or to_jsonb(new) - array['taken_off_by', 'taken_off_at'] <> to_jsonb(old) - array['taken_off_by', 'taken_off_at'] then
        raise exception 'pin % is only taken off', old.id using errcode = '23514';
    end if;
    return new;
end $$;
create trigger pin_is_only_taken_off before update on pin for each row execute function pin_is_only_taken_off();

create function judged_decision_stands() returns trigger language plpgsql as $$
begin
    if old.judged is not null then
        raise exception 'decision % is judged', old.id using errcode = '23514';
    end if;
    if (new.id, new.meeting_id, new.made_by, new.made_at, new.request_key)
       is distinct from (old.id, old.meeting_id, old.made_by, old.made_at, old.request_key) then
        raise exception 'decision % was made once', old.id using errcode = '23514';
    end if;
    if new.judged is not null then
        if to_jsonb(new) - array['judged', 'judged_by', 'judged_at', 'judged_because', 'judged_key', 'replaced_by']
           <> to_jsonb(old) - array['judged', 'judged_by', 'judged_at', 'judged_because', 'judged_key', 'replaced_by'] then
            raise exception 'decision % is judged as it stands', old.id using errcode = '23514';
        end if;
        if new.replaced_by is not null
           and not exists (select from decision d where d.id = new.replaced_by and d.meeting_id = new.meeting_id and d.id > new.id) then
            raise exception 'decision % is replaced by a later one of its meeting', old.id using errcode = '23514';
        end if;
    else
        insert into decision_before (decision_id, was, by_id, at)
        values (old.id,
                jsonb_build_object('kind', old.kind, 'what', old.what, 'owner_id', old.owner_id, 'starts_on', old.starts_on,
                                   'gauge', old.gauge, 'selection', old.selection, 'expected', old.expected,
                                   'check_on', old.check_on),
                old.changed_by, old.changed_at);
    end if;
    return new;
end $$;
create trigger judged_decision_stands before update on decision for each row execute function judged_decision_stands();

create function minutes_are_never_deleted() returns trigger language plpgsql as $$
begin
    raise exception '% is never deleted', tg_table_name using errcode = '23514';
end $$;
create trigger meeting_is_never_deleted before delete on meeting for each row execute function minutes_are_never_deleted();
create trigger pin_is_never_deleted before delete on pin for each row execute function minutes_are_never_deleted();
create trigger decision_is_never_deleted before delete on decision for each row execute function minutes_are_never_deleted();
create trigger meeting_before_stands before update or delete on meeting_before for each row execute function minutes_are_never_deleted();
create trigger decision_before_stands before update or delete on decision_before for each row execute function minutes_are_never_deleted();
