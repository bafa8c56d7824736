-- How fast leads are worked: what is waited for, until when, and who is told when nothing comes.

alter table activity drop constraint activity_kind_check;
alter table activity add constraint activity_kind_check check (kind in
    ('created', 'imported', 'move', 'loss', 'reopened',
     'note', 'call', 'email', 'whatsapp', 'sms', 'meeting', 'edit', 'next_step', 'assignment',
     'estimate', 'offer', 'document', 'account', 'recontact', 'withdrawn', 'revived',
     'risk', 'question', 'answer', 'signal',
     -- Whoever got a lead says that they work it.
     'accepted'));

-- Whose turn it was and who did not come is decided by who stands in for them, too.
alter table assignment drop constraint assignment_decided_check;
alter table assignment add constraint assignment_decided_check
    check (decided ~ '^(rule:.+|size:[0-9]+|matrix|backup:[0-9]+)$');

-- Each team names somebody who steps in for whoever names nobody, or nobody who is there.
alter table team add column backup_id bigint references app_user;

-- One clock per target of a lead and per holder. Its deadlines are reckoned in the time of the holder's team, and anew
-- when that changes. A clock that has ended stands.
create table sla_clock (
    id bigint generated always as identity primary key,
    lead_id bigint not null references lead,
    clock text not null check (clock in ('accepted', 'responded', 'untouched')),
    -- The target is one of these rules, by its key: it holds as it was when the lead came.
    rule_set_id bigint not null references rule_set,
    target text not null,
    -- Who is waited for; null: whoever takes the lead out of its queue.
    owner_id bigint references app_user,
    started_at timestamptz not null,
    amber_at timestamptz,
    due_at timestamptz not null,
    escalate_at timestamptz,
    -- What was told so far: nothing, that it is urgent, that it is late, that somebody else has to do it.
    reached smallint not null default 0 check (reached between 0 and 3),
    -- Done; let pass by whoever it was for; past its last deadline; given to somebody else; the lead left the board.
    ended text check (ended in ('met', 'passed', 'escalated', 'given_away', 'closed')),
    met_at timestamptz,
    -- When it has to be looked at next.
    next_at timestamptz generated always as
        (case when ended is not null then null
              when reached < 1 and amber_at is not null then amber_at
              when reached < 2 then due_at
              when reached < 3 then escalate_at end) stored,
    constraint met_when_it_was_done check ((met_at is not null) = (ended is not distinct from 'met')),
    constraint met_after_it_began check (met_at > started_at)
);
create unique index one_open_clock on sla_clock (lead_id, clock) where ended is null;
create index sla_clock_by_lead on sla_clock (lead_id, id);
create index sla_clock_next on sla_clock (next_at) where next_at is not null;
create index sla_clock_of_owner on sla_clock (owner_id, due_at) where ended is null;
create index sla_clock_by_time on sla_clock (started_at);

create function ended_clocks_stand() returns trigger language plpgsql as $$
begin
    raise exception 'a clock that has ended stands as it is'
        using errcode = 'integrity_constraint_violation', constraint = 'ended_clocks_stand';
end $$;
create trigger ended_clocks_stand before update on sla_clock for each row
    when (old.ended is not null) execute function ended_clocks_stand();
create trigger sla_clock_is_never_deleted before delete on sla_clock
    for each row execute function history_is_append_only();

-- What somebody does with a lead ends what was waited for, whichever door it came through.
create function deeds_meet_clocks() returns trigger language plpgsql as $$
begin
    update sla_clock set ended = 'met', met_at = new.at
    where lead_id = new.lead_id and ended is null and started_at < new.at
      and (clock = 'untouched' or (clock = 'accepted' and owner_id = new.actor_id));
    -- Whoever does something with a lead has seen what they were told of it.
    update notice set seen_at = greatest(new.at, at)
    where lead_id = new.lead_id and user_id = new.actor_id and seen_at is null;
    return null;
end $$;
-- To give a lead to somebody, or to write down what it showed, is not to work it.
create trigger deeds_meet_clocks after insert on activity for each row
    when (new.actor_id is not null and new.kind not in ('created', 'imported', 'assignment', 'signal'))
    execute function deeds_meet_clocks();

create function attempts_meet_clocks() returns trigger language plpgsql as $$
begin
    update sla_clock set ended = 'met', met_at = new.at
    where lead_id = new.lead_id and ended is null and started_at < new.at and clock = 'responded';
    return null;
end $$;
create trigger attempts_meet_clocks after insert on attempt for each row execute function attempts_meet_clocks();

create function clocks_follow_lead() returns trigger language plpgsql as $$
begin
    update sla_clock
    set ended = case
        when new.standing_loss_id is not null or new.withdrawn_at is not null
            or exists (select from stage where id = new.stage_id and kind in ('customer', 'inactive', 'unqualified'))
        then 'closed' else 'given_away' end
    where lead_id = new.id and ended is null
      and (new.standing_loss_id is not null or new.withdrawn_at is not null
           or (new.owner_id, new.queue_id) is distinct from (old.owner_id, old.queue_id)
           or exists (select from stage where id = new.stage_id and kind in ('customer', 'inactive', 'unqualified')));
    update notice set is_over = true
    where lead_id = new.id and kind = 'assigned' and seen_at is null and not is_over
      and (new.standing_loss_id is not null or new.owner_id is distinct from user_id);
    return null;
end $$;
create trigger clocks_follow_lead after update on lead for each row
    when ((old.owner_id, old.queue_id, old.stage_id, old.standing_loss_id, old.withdrawn_at)
          is distinct from (new.owner_id, new.queue_id, new.stage_id, new.standing_loss_id, new.withdrawn_at))
    execute function clocks_follow_lead();

-- What somebody is told, written by what happened in its own transaction: nothing is announced that did not happen.
create table notice (
    id bigint generated always as identity primary key,
    user_id bigint not null references app_user,
    lead_id bigint not null references lead,
    kind text not null check (kind in
        -- A lead is yours now; it becomes urgent; it is late; it went to somebody else; nobody has it in time.
        ('assigned', 'amber', 'late', 'gone', 'escalated')),
    -- Which clock said so.
    clock_id bigint references sla_clock,
    at timestamptz not null,
    -- When they said so, or did something with the lead.
    seen_at timestamptz check (seen_at >= at),
    -- What was waited for is waited for no more, of whomever.
    is_over boolean not null default false,
    unique (clock_id, kind, user_id)
);
create index notice_unseen on notice (user_id, lead_id, id) where seen_at is null and not is_over;
create index notice_by_lead on notice (lead_id);
create trigger notice_is_never_deleted before delete on notice
    for each row execute function history_is_append_only();

create function notices_follow_clocks() returns trigger language plpgsql as $$
begin
    update notice set is_over = true where clock_id = new.id and kind in ('amber', 'late') and not is_over;
    return null;
end $$;
create trigger notices_follow_clocks after update on sla_clock for each row
    when (old.ended is null and new.ended is not null) execute function notices_follow_clocks();
