-- A loss is an episode of a lead. It is never deleted: reopening closes it and says why. Whatever door a loss comes
-- through, it is refused here when the reason, the note or the last attempt (or a stated exception) is missing.

create table loss (
    id bigint generated always as identity primary key,
    lead_id bigint not null references lead,
    outcome text not null,
    reason_id bigint not null,
    -- Unknown for imported losses only.
    at timestamptz,
    recorded_at timestamptz not null,
    by_id bigint references app_user,
    -- Whose loss it is, whoever pressed the button.
    owner_id bigint references app_user,
    queue_id bigint references queue,
    stage_id bigint references stage,
    note text not null,
    customer_words text,
    retry_potential text check (retry_potential in ('none', 'low', 'medium', 'high')),
    evidence jsonb not null default '{}' check (jsonb_typeof(evidence) = 'object'),
    attempt_id bigint,
    attempt_exception text check (attempt_exception in ('unreachable', 'do_not_contact', 'imported')),
    -- Why the last attempt took the same channel and approach as the one before it.
    same_again_because text check (btrim(same_again_because) <> ''),
    override_by bigint references app_user,
    override_because text check (btrim(override_because) <> ''),
    recontact_on date,
    import_batch_id bigint references import_batch,
    closed_at timestamptz,
    closed_by bigint references app_user,
    closure text check (closure in ('reversed', 'reactivated', 'recovered')),
    closure_cause text check (closure_cause in ('customer_returned', 'rep_saw_chance')),
    closure_note text,
    standing boolean generated always as (closed_at is null) stored,
    foreign key (reason_id, outcome) references loss_reason (id, outcome),
    foreign key (attempt_id, lead_id) references attempt (activity_id, lead_id),
    unique (id, lead_id, outcome, standing),
    constraint note_is_written check (btrim(note, E' \t\r\n') <> ''),
    constraint attempt_or_exception check (num_nonnulls(attempt_id, attempt_exception) = 1),
    constraint one_was_responsible check (num_nonnulls(owner_id, queue_id) = 1),
    constraint only_imports_lack_circumstances check
        (attempt_exception is not distinct from 'imported'
         or (at is not null and by_id is not null and stage_id is not null and retry_potential is not null)),
    constraint imports_name_their_batch check
        ((attempt_exception is not distinct from 'imported') = (import_batch_id is not null)),
    constraint override_is_whole check ((override_by is null) = (override_because is null)),
    constraint closing_is_whole check
        ((closed_at is null) = (closed_by is null) and (closed_at is null) = (closure is null)),
    constraint reactivation_says_why check (closure is distinct from 'reactivated' or closure_cause is not null)
);
-- At most one loss of a lead stands.
create unique index one_standing_loss on loss (lead_id) where closed_at is null;
create index loss_pool on loss (at desc nulls last, id desc) where closed_at is null;
create index loss_pool_by_reason on loss (reason_id, at desc nulls last, id desc) where closed_at is null;
create index loss_pool_by_owner on loss (owner_id, at desc nulls last, id desc) where closed_at is null;
create index loss_by_lead on loss (lead_id, id);

alter table activity add constraint activity_of_episode foreign key (loss_id) references loss (id);

-- A lead off the board points at its standing loss, and only at a standing one …
alter table lead add constraint standing_loss_stands
    foreign key (standing_loss_id, id, standing_outcome, still_standing)
    references loss (id, lead_id, outcome, standing) deferrable initially deferred;

-- … and a standing loss takes its lead off the board.
create function standing_loss_takes_lead_off_board() returns trigger language plpgsql as $$
begin
    if new.closed_at is null and not exists
        (select from lead where id = new.lead_id and standing_loss_id = new.id) then
        raise exception 'loss % stands, but its lead is still on the board', new.id
            using errcode = 'integrity_constraint_violation', constraint = 'standing_loss_takes_lead_off_board';
    end if;
    return null;
end $$;
create constraint trigger standing_loss_takes_lead_off_board after insert or update on loss
    deferrable initially deferred for each row execute function standing_loss_takes_lead_off_board();

-- What a plain constraint cannot say: the reason fits the lead, its evidence is there, and an excuse was worked first.
create function loss_is_complete() returns trigger language plpgsql as $$
declare
    the_lead lead;
    the_reason loss_reason;
    tried record;
    previous attempt;
    last attempt;
    field jsonb;
begin
    if new.attempt_exception is not distinct from 'imported' then
        return new;
    end if;
    select * into the_lead from lead where id = new.lead_id;
    select * into the_reason from loss_reason where id = new.reason_id;
    if the_reason.retired_at is not null or not exists
        (select from loss_reason_scope s
         where s.reason_id = new.reason_id
           and coalesce(s.direction, the_lead.direction) = the_lead.direction
           and coalesce(s.party, the_lead.party) = the_lead.party
           and (s.business_line_id is null or s.business_line_id is not distinct from the_lead.business_line_id)) then
        raise exception 'reason % does not fit lead %', the_reason.code, new.lead_id
            using errcode = 'integrity_constraint_violation', constraint = 'reason_fits_lead';
    end if;
    for field in select * from jsonb_array_elements(the_reason.evidence) loop
        if btrim(coalesce(new.evidence ->> (field ->> 'key'), '')) = '' then
            raise exception 'reason % needs evidence: %', the_reason.code, field ->> 'key'
                using errcode = 'integrity_constraint_violation', constraint = 'evidence_is_shown';
        end if;
    end loop;
    if new.override_by is null then
        select count(*) as attempts, count(distinct channel) as channels into tried
        from attempt where lead_id = new.lead_id and (the_lead.run_started_at is null or at >= the_lead.run_started_at);
        if tried.attempts < the_reason.attempts_needed or tried.channels < the_reason.channels_needed then
            raise exception 'reason % needs % attempts on % channels first',
                the_reason.code, the_reason.attempts_needed, the_reason.channels_needed
                using errcode = 'integrity_constraint_violation', constraint = 'excuse_is_worked_first';
        end if;
    elsif not exists (select from app_user where id = new.override_by and role in ('manager', 'admin')) then
        raise exception 'only a manager may override the attempts that a reason needs'
            using errcode = 'integrity_constraint_violation', constraint = 'managers_override';
    end if;
    if new.attempt_id is not null and new.same_again_because is null then
        select * into last from attempt where activity_id = new.attempt_id;
        select * into previous from attempt
        where lead_id = new.lead_id and activity_id <> new.attempt_id and (at, activity_id) < (last.at, last.activity_id)
        order by at desc, activity_id desc limit 1;
        if previous.channel = last.channel and previous.approach = last.approach then
            raise exception 'the last attempt repeats channel and approach of the one before: say why'
                using errcode = 'integrity_constraint_violation', constraint = 'another_way_or_say_why';
        end if;
    end if;
    return new;
end $$;
create trigger loss_is_complete before insert on loss for each row execute function loss_is_complete();

-- Closing an episode is the only change that it ever sees; a reactivated one is recovered while its lead is won.
create function loss_only_closes() returns trigger language plpgsql as $$
declare
    unchanged loss := new;
begin
    unchanged.closed_at := old.closed_at;
    unchanged.closed_by := old.closed_by;
    unchanged.closure := old.closure;
    unchanged.closure_cause := old.closure_cause;
    unchanged.closure_note := old.closure_note;
    unchanged.standing := old.standing;
    -- Generated columns are computed after this trigger: compare without them.
    if to_jsonb(unchanged) - 'standing' <> to_jsonb(old) - 'standing'
        or (old.closed_at is not null
            and ((old.closure, coalesce(new.closure, '')) not in
                     (('reactivated', 'recovered'), ('recovered', 'reactivated'))
                 or (old.closed_at, old.closed_by, old.closure_cause, old.closure_note)
                     is distinct from (new.closed_at, new.closed_by, new.closure_cause, new.closure_note))) then
        raise exception 'loss % is history: it can only be closed, once', old.id
            using errcode = 'integrity_constraint_violation', constraint = 'history_is_append_only';
    end if;
    return new;
end $$;
create trigger loss_only_closes before update on loss for each row execute function loss_only_closes();
create trigger loss_is_never_deleted before delete on loss for each row execute function history_is_append_only();
