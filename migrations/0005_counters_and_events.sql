-- What the board counts, what every open browser hears, and the keys by which a repeated request is known.

-- Leads and value on the board per holder and stage. Kept by the database for every door alike; one upsert per
-- statement, in key order, so that two writers never wait for each other crosswise.
create table stage_count (
    -- Zero stands for "none": exactly one of the two is set.
    owner_id bigint not null,
    queue_id bigint not null,
    stage_id bigint not null references stage,
    leads bigint not null,
    value_base_minor bigint not null,
    primary key (owner_id, queue_id, stage_id)
);

create function count_stages() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into stage_count as c (owner_id, queue_id, stage_id, leads, value_base_minor)
        select coalesce(owner_id, 0), coalesce(queue_id, 0), stage_id, count(*), coalesce(sum(value_base_minor), 0)
        from after_change where standing_loss_id is null
        group by 1, 2, 3 order by 1, 2, 3
        on conflict (owner_id, queue_id, stage_id) do update
            set leads = c.leads + excluded.leads, value_base_minor = c.value_base_minor + excluded.value_base_minor;
    else
        insert into stage_count as c (owner_id, queue_id, stage_id, leads, value_base_minor)
        select coalesce(owner_id, 0), coalesce(queue_id, 0), stage_id, sum(leads), sum(value)
        from (select owner_id, queue_id, stage_id, 1 as leads, coalesce(value_base_minor, 0) as value
              from after_change where standing_loss_id is null
              union all
              select owner_id, queue_id, stage_id, -1, -coalesce(value_base_minor, 0)
              from before_change where standing_loss_id is null) as delta
        group by 1, 2, 3 having sum(leads) <> 0 or sum(value) <> 0 order by 1, 2, 3
        on conflict (owner_id, queue_id, stage_id) do update
            set leads = c.leads + excluded.leads, value_base_minor = c.value_base_minor + excluded.value_base_minor;
    end if;
    return null;
end $$;
create trigger count_new_leads after insert on lead referencing new table as after_change
    for each statement execute function count_stages();
create trigger count_changed_leads after update on lead referencing old table as before_change new table as after_change
    for each statement execute function count_stages();

-- The delivery buffer, apart from history: trimmed freely, emptied by a restore. Transactions commit out of id order, so
-- readers take only rows below the oldest running transaction, in (xid, id) order: nobody skips one.
create table event (
    xid xid8 not null default pg_current_xact_id(),
    id bigint generated always as identity,
    at timestamptz not null,
    kind text not null check (kind in ('leads', 'bulk', 'session_ended', 'role_changed')),
    lead_ids bigint[] not null default '{}',
    user_id bigint,
    primary key (xid, id)
);
create index event_by_age on event (at);

-- A cursor from another epoch (before a restore) or older than the buffer is answered with a reset.
create table event_epoch (
    only_one boolean primary key default true check (only_one),
    epoch bigint not null,
    -- Everything up to this xid has been trimmed away.
    trimmed_xid xid8 not null default '0'
);
insert into event_epoch (epoch) values ((random() * 9007199254740991)::bigint);

-- The keys of requests that changed something: the same key again does nothing new and is answered with what it did.
create table request_key (
    user_id bigint not null references app_user,
    key text not null check (length(key) between 8 and 64),
    at timestamptz not null,
    lead_id bigint not null references lead,
    move_version bigint not null,
    primary key (user_id, key)
);
create index request_key_by_age on request_key (at);

-- What runs when its time comes. A worker takes a row with `for update skip locked`; a lease that ran out is taken anew.
create table job (
    id bigint generated always as identity primary key,
    kind text not null,
    payload jsonb not null,
    body bytea,
    state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed')),
    run_at timestamptz not null,
    attempts integer not null default 0,
    leased_until timestamptz,
    done_count bigint not null default 0,
    total_count bigint,
    result jsonb,
    error text,
    created_at timestamptz not null,
    finished_at timestamptz,
    constraint running_has_a_lease check ((state = 'running') = (leased_until is not null))
);
create index job_due on job (run_at, id) where state in ('queued', 'running');
