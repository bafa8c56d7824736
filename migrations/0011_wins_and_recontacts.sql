-- How runs end well, what each person achieved, and when a lost lead is asked again.

-- A win is an episode like a loss: taking it back closes it and never deletes it. It counts for who was responsible.
create table win (
    id bigint generated always as identity primary key,
    lead_id bigint not null references lead,
    -- The move that won it.
    move_version bigint not null,
    -- When it was won, on the organisation's calendar; unknown for imports only.
    won_on date,
    recorded_at timestamptz not null,
    by_id bigint references app_user,
    owner_id bigint references app_user,
    queue_id bigint references queue,
    from_stage_id bigint references stage,
    product_id bigint references product,
    amount_minor bigint check (amount_minor >= 0),
    currency text check (currency ~ '^[A-Z]{3}$'),
    -- The rate is frozen here.
    amount_base_minor bigint,
    import_batch_id bigint references import_batch,
    undone_at timestamptz,
    undone_by bigint references app_user,
    foreign key (lead_id, move_version) references activity (lead_id, move_version) deferrable initially deferred,
    constraint one_won check (num_nonnulls(owner_id, queue_id) = 1),
    constraint win_money_is_whole check (num_nonnulls(amount_minor, currency, amount_base_minor) in (0, 3)),
    constraint only_imported_wins_lack_circumstances check
        (import_batch_id is not null or (won_on is not null and by_id is not null and amount_minor is not null)),
    constraint undoing_is_whole check ((undone_at is null) = (undone_by is null))
);
create unique index one_standing_win on win (lead_id) where undone_at is null;
create index win_by_day on win (won_on desc nulls last, id desc) where undone_at is null;

insert into win (lead_id, move_version, recorded_at, by_id, owner_id, queue_id, from_stage_id, product_id, won_on,
                 amount_minor, currency, amount_base_minor, import_batch_id)
select l.id, coalesce(m.move_version, 0), coalesce(m.at, l.recorded_at), m.actor_id, l.owner_id, l.queue_id, m.from_stage_id,
       l.product_id, (m.at at time zone o.time_zone)::date,
       coalesce(l.value_minor, case when m.at is not null then 0 end),
       coalesce(l.currency, case when m.at is not null then o.base_currency end),
       coalesce(l.value_base_minor, case when m.at is not null then 0 end), l.import_batch_id
from lead l cross join organisation o
left join lateral
    (select a.move_version, a.at, a.actor_id, a.from_stage_id from activity a join stage t on t.id = a.to_stage_id
     where a.lead_id = l.id and a.kind = 'move' and t.kind = 'customer' order by a.move_version desc limit 1) m on true
where l.stage_kind in ('customer', 'inactive');

create function win_only_closes() returns trigger language plpgsql as $$
begin
    if old.undone_at is not null
        or to_jsonb(new) - 'undone_at' - 'undone_by' <> to_jsonb(old) - 'undone_at' - 'undone_by' then
        raise exception 'win % is history: it can only be taken back, once', old.id
            using errcode = 'integrity_constraint_violation', constraint = 'history_is_append_only';
    end if;
    return new;
end $$;
create trigger win_only_closes before update on win for each row execute function win_only_closes();
create trigger win_is_never_deleted before delete on win for each row execute function history_is_append_only();

-- What each holder achieved, by the stage that a run ended in (zero: unknown). A reversed loss and a win that was taken
-- back do not count, nor do withdrawn leads. Kept like stage_count: one upsert per statement, in key order.
create table result_count (
    owner_id bigint not null,
    queue_id bigint not null,
    stage_id bigint not null,
    won bigint not null default 0,
    lost bigint not null default 0,
    unqualified bigint not null default 0,
    primary key (owner_id, queue_id, stage_id)
);

create function count_losses() returns trigger language plpgsql as $$
begin
    insert into result_count as c (owner_id, queue_id, stage_id, lost, unqualified)
    select coalesce(d.owner_id, 0), coalesce(d.queue_id, 0), coalesce(d.stage_id, 0),
           coalesce(sum(d.n) filter (where d.outcome = 'lost'), 0),
           coalesce(sum(d.n) filter (where d.outcome = 'unqualified'), 0)
    from (select lead_id, owner_id, queue_id, stage_id, outcome, 1 as n from after_change
          where closure is distinct from 'reversed') as d
    join lead l on l.id = d.lead_id and l.withdrawn_at is null
    group by 1, 2, 3 order by 1, 2, 3
    on conflict (owner_id, queue_id, stage_id) do update
        set lost = c.lost + excluded.lost, unqualified = c.unqualified + excluded.unqualified;
    return null;
end $$;
create trigger count_new_losses after insert on loss referencing new table as after_change
    for each statement execute function count_losses();

create function count_reversed_losses() returns trigger language plpgsql as $$
begin
    insert into result_count as c (owner_id, queue_id, stage_id, lost, unqualified)
    select coalesce(a.owner_id, 0), coalesce(a.queue_id, 0), coalesce(a.stage_id, 0),
           -count(*) filter (where a.outcome = 'lost'), -count(*) filter (where a.outcome = 'unqualified')
    from after_change a join before_change b on b.id = a.id
    join lead l on l.id = a.lead_id and l.withdrawn_at is null
    where a.closure = 'reversed' and b.closure is distinct from 'reversed'
    group by 1, 2, 3 order by 1, 2, 3
    on conflict (owner_id, queue_id, stage_id) do update
        set lost = c.lost + excluded.lost, unqualified = c.unqualified + excluded.unqualified;
    return null;
end $$;
create trigger count_reversed_losses after update on loss
    referencing old table as before_change new table as after_change
    for each statement execute function count_reversed_losses();

create function count_wins() returns trigger language plpgsql as $$
begin
    insert into result_count as c (owner_id, queue_id, stage_id, won)
    select coalesce(a.owner_id, 0), coalesce(a.queue_id, 0), coalesce(a.from_stage_id, 0),
           count(*) * case when tg_op = 'INSERT' then 1 else -1 end
    from after_change a join lead l on l.id = a.lead_id and l.withdrawn_at is null
    where (a.undone_at is null) = (tg_op = 'INSERT')
    group by 1, 2, 3 order by 1, 2, 3
    on conflict (owner_id, queue_id, stage_id) do update set won = c.won + excluded.won;
    return null;
end $$;
create trigger count_new_wins after insert on win referencing new table as after_change
    for each statement execute function count_wins();
create trigger count_undone_wins after update on win referencing new table as after_change
    for each statement execute function count_wins();

create function count_results_of_withdrawn() returns trigger language plpgsql as $$
begin
    insert into result_count as c (owner_id, queue_id, stage_id, won, lost, unqualified)
    select coalesce(r.owner_id, 0), coalesce(r.queue_id, 0), coalesce(r.stage_id, 0),
           coalesce(sum(x.n) filter (where r.outcome = 'won'), 0),
           coalesce(sum(x.n) filter (where r.outcome = 'lost'), 0),
           coalesce(sum(x.n) filter (where r.outcome = 'unqualified'), 0)
    from (select a.id, case when a.withdrawn_at is null then 1 else -1 end as n
          from after_change a join before_change b on b.id = a.id
          where (a.withdrawn_at is null) <> (b.withdrawn_at is null)) as x
    join (select lead_id, owner_id, queue_id, stage_id, outcome from loss where closure is distinct from 'reversed'
          union all
          select lead_id, owner_id, queue_id, from_stage_id, 'won' from win where undone_at is null) as r on r.lead_id = x.id
    group by 1, 2, 3 order by 1, 2, 3
    on conflict (owner_id, queue_id, stage_id) do update
        set won = c.won + excluded.won, lost = c.lost + excluded.lost, unqualified = c.unqualified + excluded.unqualified;
    return null;
end $$;
create trigger count_results_of_withdrawn after update on lead
    referencing old table as before_change new table as after_change
    for each statement execute function count_results_of_withdrawn();

insert into result_count (owner_id, queue_id, stage_id, won, lost, unqualified)
select coalesce(owner_id, 0), coalesce(queue_id, 0), coalesce(stage_id, 0),
       count(*) filter (where outcome = 'won'), count(*) filter (where outcome = 'lost'),
       count(*) filter (where outcome = 'unqualified')
from (select owner_id, queue_id, stage_id, outcome from loss where closure is distinct from 'reversed'
      union all
      select owner_id, queue_id, from_stage_id, 'won' from win where undone_at is null) as result
group by 1, 2, 3;

-- When a lost lead is asked again, by whom and how. One plan per loss is open; a new date closes the old plan.
create table recontact (
    id bigint generated always as identity primary key,
    loss_id bigint not null references loss,
    lead_id bigint not null references lead,
    due_on date not null,
    channel text not null check (channel in ('call', 'email', 'whatsapp', 'sms', 'meeting')),
    user_id bigint not null references app_user,
    note text,
    created_by bigint not null references app_user,
    created_at timestamptz not null,
    ended_at timestamptz,
    ended_by bigint references app_user,
    -- tried: somebody reached out again; reopened: the lead is back on the board; moved: another date; dropped: given up.
    ending text check (ending in ('tried', 'reopened', 'moved', 'dropped')),
    constraint ending_is_whole check ((ended_at is null) = (ending is null) and (ended_at is null) = (ended_by is null))
);
create unique index one_open_recontact on recontact (loss_id) where ended_at is null;
create index recontact_due on recontact (user_id, due_on) where ended_at is null;

insert into recontact (loss_id, lead_id, due_on, channel, user_id, created_by, created_at)
select id, lead_id, recontact_on, 'call', coalesce(owner_id, by_id), by_id, recorded_at
from loss where closed_at is null and recontact_on is not null and by_id is not null;
