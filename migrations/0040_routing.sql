-- How leads come to people: what they showed, the rules in all their versions, what the rules made of each lead and why,
-- and whose turn it is.

alter table activity drop constraint activity_kind_check;
alter table activity add constraint activity_kind_check check (kind in
    ('created', 'imported', 'move', 'loss', 'reopened',
     'note', 'call', 'email', 'whatsapp', 'sms', 'meeting', 'edit', 'next_step', 'assignment',
     'estimate', 'offer', 'document', 'account', 'recontact', 'withdrawn', 'revived',
     'risk', 'question', 'answer',
     -- Something that shows how much they want something.
     'signal'));

-- All rules of routing as one document. What was in force is kept as it was: assignments point to it.
create table rule_set (
    id bigint generated always as identity primary key,
    rules jsonb not null check (jsonb_typeof(rules) = 'object'),
    -- What is different in it, in somebody's words.
    note text not null default '' check (length(note) <= 400),
    based_on bigint references rule_set,
    made_by bigint references app_user,
    made_at timestamptz not null,
    -- Null: a draft.
    published_by bigint references app_user,
    published_at timestamptz,
    retired_at timestamptz,
    constraint only_the_published_retire check (retired_at is null or published_at <= retired_at),
    constraint only_published_rules_have_a_publisher check (published_by is null or published_at is not null)
);
create unique index one_rule_set_is_in_force on rule_set ((true)) where published_at is not null and retired_at is null;

create function published_rules_stand() returns trigger language plpgsql as $$
begin
    if old.published_at is not null and (tg_op = 'DELETE' or old.retired_at is not null
        or (new.rules, new.note, new.based_on, new.made_by, new.made_at, new.published_by, new.published_at)
            is distinct from (old.rules, old.note, old.based_on, old.made_by, old.made_at, old.published_by, old.published_at))
    then
        raise exception 'rules that were published are history: they only retire'
            using errcode = 'integrity_constraint_violation', constraint = 'published_rules_stand';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end $$;
create trigger published_rules_stand before update or delete on rule_set
    for each row execute function published_rules_stand();

-- What people did that shows how much they want something, beside its entry in the history: what is counted is narrow.
create table signal (
    activity_id bigint primary key,
    lead_id bigint not null,
    kind text not null check (kind ~ '^[a-z0-9_]{1,60}$'),
    -- When it happened; its entry may have been written later.
    at timestamptz not null,
    foreign key (lead_id, activity_id) references activity (lead_id, id)
);
create index signal_by_lead on signal (lead_id, at);
create trigger signal_is_append_only before update or delete on signal
    for each row execute function history_is_append_only();

-- What a lead shows, as it was last reckoned. Null until it was.
alter table lead
    add column intent text check (intent in ('low', 'medium', 'high')),
    add column fit text check (fit in ('weak', 'strong')),
    add column score smallint check (score between 0 and 100),
    add column assessed_at timestamptz,
    add constraint assessment_is_whole check (num_nonnulls(intent, fit, score, assessed_at) in (0, 4));

-- What it showed before.
create table lead_score (
    id bigint generated always as identity primary key,
    lead_id bigint not null references lead,
    at timestamptz not null,
    rule_set_id bigint not null references rule_set,
    intent text not null check (intent in ('low', 'medium', 'high')),
    fit text not null check (fit in ('weak', 'strong')),
    score smallint not null check (score between 0 and 100),
    temperature text not null check (temperature in ('hot', 'warm', 'cold')),
    -- Signals, traits and the score's parts, as the program wrote them.
    assessment jsonb not null
);
create index lead_score_by_lead on lead_score (lead_id, id);
create trigger lead_score_is_append_only before update or delete on lead_score
    for each row execute function history_is_append_only();

-- The answer to "why me?": by which rules, from what, among whom. Beside its entry in the history.
create table assignment (
    activity_id bigint primary key,
    lead_id bigint not null,
    at timestamptz not null,
    rule_set_id bigint not null references rule_set,
    -- rule:<key>, size:<from minor units>, matrix.
    decided text not null check (decided ~ '^(rule:.+|size:[0-9]+|matrix)$'),
    outcome text not null check (outcome in ('person', 'review', 'queue', 'nobody')),
    -- Whose it was to be, or who was proposed.
    person_id bigint references app_user,
    -- Where it waits instead.
    queue_id bigint references queue,
    route jsonb not null,
    foreign key (lead_id, activity_id) references activity (lead_id, id),
    constraint outcome_is_whole check
        (case outcome when 'person' then person_id is not null and queue_id is null
                      when 'queue' then person_id is null and queue_id is not null
                      when 'nobody' then person_id is null
                      else true end)
);
create index assignment_by_lead on assignment (lead_id, activity_id);
create index assignment_by_time on assignment (at);
create trigger assignment_is_append_only before update or delete on assignment
    for each row execute function history_is_append_only();

-- When somebody had their last turn: whoever has the lowest number waited longest. Who is new comes next, once.
create sequence turn_number;
create table turn (
    user_id bigint primary key references app_user,
    number bigint not null unique
);

-- Leads that a person decides about.
create table review (
    id bigint generated always as identity primary key,
    lead_id bigint not null references lead,
    why text not null check (why in ('rule', 'nobody', 'disputed', 'resized', 'disqualify')),
    -- The entry that says more.
    activity_id bigint not null,
    proposal_id bigint references app_user,
    opened_at timestamptz not null,
    decided_at timestamptz,
    -- Null where it was settled by what happened.
    decided_by bigint references app_user,
    foreign key (lead_id, activity_id) references activity (lead_id, id),
    constraint only_the_decided_have_a_decider check (decided_by is null or decided_at is not null)
);
create unique index one_open_review on review (lead_id) where decided_at is null;
