-- How runs end well, what each person achieved, and when a lost lead is asked again.

alter table organisation
    -- A customer without any activity for so long becomes inactive by itself; null: never.
    add column inactive_after_months smallint check (inactive_after_months > 0);

-- What comes every day comes once a day, however many servers there are.
create unique index job_once_a_day on job (kind, (payload ->> 'day')) where payload ? 'day';

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
    -- A day of slack: somewhere it is tomorrow already.
    constraint won_on_has_come check
        (import_batch_id is not null or won_on <= (recorded_at at time zone 'UTC')::date + 1),
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
    (select a.move_version, a.at, a.actor_id, a.from_stage_id
     from activity a join stage t on t.id = a.to_stage_id join stage f on f.id = a.from_stage_id
     where a.lead_id = l.id and a.kind = 'move' and t.kind = 'customer' and f.kind <> 'inactive'
     order by a.move_version desc limit 1) m on true
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

-- Whoever stands among the customers was won, and nobody else is: whichever door a change came through.
create function customers_have_their_win() returns trigger language plpgsql as $$
declare
    the_lead bigint := case tg_table_name when 'lead' then to_jsonb(new) ->> 'id' else to_jsonb(new) ->> 'lead_id' end;
begin
    if exists (select from lead where id = the_lead and stage_kind in ('customer', 'inactive'))
        <> exists (select from win where lead_id = the_lead and undone_at is null) then
        raise exception 'lead % is a customer without a win, or won without being a customer', the_lead
            using errcode = 'integrity_constraint_violation', constraint = 'customers_have_their_win';
    end if;
    return null;
end $$;
create constraint trigger new_customers_have_their_win after insert on lead
    deferrable initially deferred for each row when (new.stage_kind in ('customer', 'inactive'))
    execute function customers_have_their_win();
create constraint trigger customers_have_their_win after update on lead
    deferrable initially deferred for each row when (new.stage_kind is distinct from old.stage_kind)
    execute function customers_have_their_win();
create constraint trigger wins_have_their_customer after insert or update on win
    deferrable initially deferred for each row execute function customers_have_their_win();

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
select s.id, s.lead_id, s.recontact_on,
       case when not l.do_not_call then 'call' when not l.do_not_email then 'email' else 'whatsapp' end,
       coalesce(s.owner_id, s.by_id), s.by_id, s.recorded_at
from loss s join lead l on l.id = s.lead_id
where s.closed_at is null and s.recontact_on is not null and s.by_id is not null;

-- Reaching out again is what was planned: it ends the plan, whoever logs it and through whichever door.
create function attempt_ends_recontact() returns trigger language plpgsql as $$
begin
    update recontact r set ended_at = greatest(new.at, r.created_at), ended_by = coalesce(a.actor_id, r.user_id), ending = 'tried'
    from activity a
    where a.id = new.activity_id and r.lead_id = new.lead_id and r.ended_at is null and new.at >= r.created_at;
    return null;
end $$;
create trigger attempt_ends_recontact after insert on attempt for each row execute function attempt_ends_recontact();

-- A lead that is back on the board is worked by its next step.
create function closing_ends_recontact() returns trigger language plpgsql as $$
begin
    update recontact set ended_at = new.closed_at, ended_by = new.closed_by, ending = 'reopened'
    where loss_id = new.id and ended_at is null;
    return null;
end $$;
create trigger closing_ends_recontact after update on loss for each row
    when (old.closed_at is null and new.closed_at is not null) execute function closing_ends_recontact();

create function recontact_only_ends() returns trigger language plpgsql as $$
begin
    if old.ended_at is not null
        or to_jsonb(new) - 'ended_at' - 'ended_by' - 'ending' <> to_jsonb(old) - 'ended_at' - 'ended_by' - 'ending' then
        raise exception 'the plan % is history: it can only end, once', old.id
            using errcode = 'integrity_constraint_violation', constraint = 'history_is_append_only';
    end if;
    return new;
end $$;
create trigger recontact_only_ends before update on recontact for each row execute function recontact_only_ends();
create trigger recontact_is_never_deleted before delete on recontact
    for each row execute function history_is_append_only();

-- The pool shows the plan that is open now; loss.recontact_on remains what was said at the loss.
create or replace view lost_lead as
select s.id as loss_id, s.lead_id, coalesce(l.name, l.company) as name, l.external_id,
       l.search_key || ' ' || s.search_key as search_key,
       l.owner_id, l.queue_id,
       s.outcome, s.reason_id, r.name as reason,
       s.stage_id, t.position as stage_position, t.name as stage,
       s.owner_id as rep_id, s.queue_id as rep_queue_id, coalesce(u.name, q.name) as rep,
       s.at, s.note, s.customer_words, s.retry_potential, s.recontact_on,
       l.value_minor, l.currency, l.value_base_minor,
       p.id as plan_id, p.due_on as plan_due_on, p.channel as plan_channel, p.user_id as plan_user_id, w.name as plan_user
from loss s
join lead l on l.id = s.lead_id
join loss_reason r on r.id = s.reason_id
left join stage t on t.id = s.stage_id
left join app_user u on u.id = s.owner_id
left join queue q on q.id = s.queue_id
left join recontact p on p.loss_id = s.id and p.ended_at is null
left join app_user w on w.id = p.user_id
where s.closed_at is null and l.withdrawn_at is null;
