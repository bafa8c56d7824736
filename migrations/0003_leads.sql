-- The lead and its history. History is append-only: activity is the audit trail, and a change of where a lead stands is
-- impossible without its activity.

create table source (id bigint generated always as identity primary key, name text not null, key text not null unique);
create table product (id bigint generated always as identity primary key, name text not null, key text not null unique);
create table segment (id bigint generated always as identity primary key, name text not null, key text not null unique);
create table campaign (id bigint generated always as identity primary key, name text not null, key text not null unique);

create table import_batch (
    id bigint generated always as identity primary key,
    -- The job that does it: taken up again, it goes on with the same batch. The job's row may be swept one day.
    job_id bigint not null unique,
    file_name text not null,
    preset text not null,
    started_by bigint references app_user,
    created_at timestamptz not null,
    finished_at timestamptz,
    summary jsonb
);

create table import_rejection (
    batch_id bigint not null references import_batch,
    row_number bigint not null,
    reason text not null,
    cells jsonb not null,
    primary key (batch_id, row_number)
);

create table lead (
    id bigint generated always as identity primary key,
    direction text not null check (direction in ('inbound', 'outbound')),
    party text not null check (party in ('person', 'company')),
    business_line_id bigint references business_line,
    name text check (btrim(name) <> ''),
    company text check (btrim(company) <> ''),
    email text,
    phone text,
    country text,
    city text,
    -- What they asked for, in their own words.
    request text,
    source_id bigint references source,
    product_id bigint references product,
    segment_id bigint references segment,
    campaign_id bigint references campaign,
    custom jsonb not null default '{}' check (jsonb_typeof(custom) = 'object'),
    external_system text,
    external_id text,
    import_batch_id bigint references import_batch,
    -- Folded by one Rust function (names, company, e-mail, phone, external id), so that every door folds alike.
    search_key text not null,
    do_not_call boolean not null default false,
    do_not_email boolean not null default false,
    -- Money: minor units, currency, and the amount in the organisation's currency at the day's rate.
    value_minor bigint check (value_minor >= 0),
    currency text check (currency ~ '^[A-Z]{3}$'),
    value_base_minor bigint,
    temperature text check (temperature in ('hot', 'warm', 'cold')),
    -- Exactly one is responsible: a person, or a queue with its named manager.
    owner_id bigint references app_user,
    queue_id bigint references queue,
    next_step text,
    next_step_channel text check (next_step_channel in ('call', 'email', 'whatsapp', 'sms', 'meeting', 'task')),
    next_step_due timestamptz,
    -- Where it stands. A stage is unknown only for a lead that was lost before winback knew it.
    stage_id bigint,
    stage_kind text,
    stage_entered_at timestamptz,
    rank text collate "C" not null check (rank ~ '^[0-9A-Za-z]+$'),
    move_version bigint not null default 0,
    run_started_at timestamptz,
    standing_loss_id bigint,
    standing_outcome text,
    still_standing boolean generated always as (case when standing_loss_id is not null then true end) stored,
    -- When the enquiry arose (unknown for imports that lack it), and when winback heard of it.
    arose_at timestamptz,
    recorded_at timestamptz not null,
    foreign key (stage_id, stage_kind) references stage (id, kind),
    unique (external_system, external_id),
    constraint external_identity_is_whole check ((external_system is null) = (external_id is null)),
    constraint one_is_responsible check (num_nonnulls(owner_id, queue_id) = 1),
    constraint money_is_whole check (num_nonnulls(value_minor, currency, value_base_minor) in (0, 3)),
    constraint stage_is_whole check ((stage_id is null) = (stage_kind is null)),
    constraint standing_loss_is_whole check ((standing_loss_id is null) = (standing_outcome is null)),
    constraint stage_is_known_unless_lost check (stage_id is not null or standing_outcome is not distinct from 'lost'),
    constraint unqualified_is_a_loss check
        (coalesce(stage_kind = 'unqualified', false) = coalesce(standing_outcome = 'unqualified', false)),
    constraint customers_are_not_lost check
        (standing_loss_id is null or stage_kind is null or stage_kind not in ('customer', 'inactive')),
    constraint next_step_is_whole check ((next_step_channel is null) = (next_step_due is null))
);
create index lead_on_board on lead (stage_id, rank, id) where standing_loss_id is null;
create index lead_on_board_by_owner on lead (owner_id, stage_id, rank, id) where standing_loss_id is null;
create index lead_on_board_by_queue on lead (queue_id, stage_id, rank, id) where standing_loss_id is null;
create index lead_search on lead using gin (search_key gin_trgm_ops);

create table activity (
    id bigint generated always as identity primary key,
    lead_id bigint not null references lead,
    kind text not null check (kind in
        ('created', 'imported', 'move', 'loss', 'reopened',
         'note', 'call', 'email', 'whatsapp', 'sms', 'meeting', 'edit', 'next_step', 'assignment')),
    actor_id bigint references app_user,
    at timestamptz not null,
    -- Set on every activity that changes where the lead stands: the version that the change made.
    move_version bigint,
    from_stage_id bigint references stage,
    to_stage_id bigint references stage,
    loss_id bigint,
    -- Codes and numbers only; personal text stands in `body`, which only the erasure function may blank.
    detail jsonb not null default '{}',
    body text,
    constraint moves_carry_their_version check
        ((move_version is not null) = (kind in ('created', 'imported', 'move', 'loss', 'reopened'))),
    constraint moves_say_from_where_to_where check
        (kind <> 'move' or (from_stage_id is not null and to_stage_id is not null and from_stage_id <> to_stage_id)),
    constraint losses_name_their_episode check ((loss_id is not null) = (kind in ('loss', 'reopened'))),
    unique (lead_id, id),
    unique (lead_id, move_version)
);

-- A lead stands where an activity put it: no move without its activity, whichever door it came through.
alter table lead add constraint standing_has_its_activity
    foreign key (id, move_version) references activity (lead_id, move_version) deferrable initially deferred;

create function lead_changes_place_by_one_version() returns trigger language plpgsql as $$
begin
    if (new.stage_id, new.standing_loss_id) is distinct from (old.stage_id, old.standing_loss_id) then
        if new.move_version <> old.move_version + 1 then
            raise exception 'lead % changed its place without a move', new.id
                using errcode = 'integrity_constraint_violation', constraint = 'lead_changes_place_by_one_version';
        end if;
    elsif new.move_version <> old.move_version then
        raise exception 'lead % got a move version without a change of place', new.id
            using errcode = 'integrity_constraint_violation', constraint = 'lead_changes_place_by_one_version';
    end if;
    return new;
end $$;
create trigger lead_changes_place_by_one_version before update of stage_id, standing_loss_id, move_version on lead
    for each row execute function lead_changes_place_by_one_version();

-- An outbound activity with an outcome. A table of its own keeps it narrow: losses point here, rules count here.
create table attempt (
    activity_id bigint primary key,
    lead_id bigint not null,
    channel text not null check (channel in ('call', 'email', 'whatsapp', 'sms', 'meeting')),
    approach text not null check (approach in
        ('reminder', 'offer', 'argument', 'alternative', 'other_person', 'listening')),
    result text not null check (result in
        ('reached', 'no_answer', 'refused', 'competitor', 'thinking', 'wrong_number')),
    at timestamptz not null,
    foreign key (lead_id, activity_id) references activity (lead_id, id),
    unique (activity_id, lead_id)
);
create index attempt_by_lead on attempt (lead_id, at);

create function history_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception '% is history: it is never changed or deleted', tg_table_name
        using errcode = 'integrity_constraint_violation', constraint = 'history_is_append_only';
end $$;
create trigger activity_is_append_only before update or delete on activity
    for each row execute function history_is_append_only();
create trigger attempt_is_append_only before update or delete on attempt
    for each row execute function history_is_append_only();
create trigger lead_is_never_deleted before delete on lead
    for each row execute function history_is_append_only();
