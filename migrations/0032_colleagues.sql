-- Colleagues: who was mentioned in what was written about a lead, and what somebody asked a manager. The words stand in
-- the history, as all personal text does; these rows say whom they concern and what has become of them.

create table mention (
    lead_id bigint not null,
    activity_id bigint not null,
    user_id bigint not null references app_user,
    by_id bigint not null references app_user,
    at timestamptz not null,
    -- When they said that they have seen it.
    seen_at timestamptz,
    primary key (activity_id, user_id),
    foreign key (lead_id, activity_id) references activity (lead_id, id),
    constraint nobody_mentions_themselves check (user_id <> by_id),
    constraint seen_after_it_was_written check (seen_at >= at)
);
create index mention_unseen on mention (user_id, at) where seen_at is null;
create index mention_by_lead on mention (lead_id);

create function mention_is_only_seen() returns trigger language plpgsql as $$
begin
    if old.seen_at is not null or to_jsonb(new) - 'seen_at' <> to_jsonb(old) - 'seen_at' then
        raise exception 'a mention can only be seen, once'
            using errcode = 'integrity_constraint_violation', constraint = 'history_is_append_only';
    end if;
    return new;
end $$;
create trigger mention_is_only_seen before update on mention for each row execute function mention_is_only_seen();

create table question (
    -- The activity that asked; its text is the question.
    id bigint primary key,
    lead_id bigint not null,
    kind text not null check (kind in ('help', 'discount')),
    -- What discount: a percentage, or an amount.
    percent numeric(5, 2) check (percent > 0 and percent <= 100),
    amount_minor bigint check (amount_minor > 0),
    currency text check (currency ~ '^[A-Z]{3}$'),
    asked_by bigint not null references app_user,
    -- Whom; any manager of the lead may answer.
    asked_of bigint not null references app_user,
    asked_at timestamptz not null,
    answered_at timestamptz,
    answered_by bigint references app_user,
    verdict text check (verdict in ('agreed', 'declined', 'comment')),
    -- The activity that answered; its text is the answer.
    answer_id bigint,
    -- When whoever asked said that they have seen the answer.
    seen_at timestamptz,
    foreign key (lead_id, id) references activity (lead_id, id),
    foreign key (lead_id, answer_id) references activity (lead_id, id),
    constraint discounts_say_how_much check
        (case kind when 'discount' then num_nonnulls(percent, amount_minor) = 1 else num_nonnulls(percent, amount_minor) = 0 end),
    constraint amounts_have_their_currency check ((amount_minor is null) = (currency is null)),
    constraint nobody_asks_themselves check (asked_by <> asked_of),
    constraint nobody_answers_themselves check (asked_by <> answered_by),
    constraint answer_is_whole check
        (num_nonnulls(answered_at, answered_by, verdict, answer_id) in (0, 4) and (seen_at is null or answered_at is not null)),
    constraint answered_after_it_was_asked check (answered_at >= asked_at)
);
-- Of each kind one question about a lead is open.
create unique index one_open_question on question (lead_id, kind) where answered_at is null;
create index question_open on question (asked_of, asked_at) where answered_at is null;
create index question_unseen on question (asked_by, answered_at) where answered_at is not null and seen_at is null;
create index question_by_lead on question (lead_id);

-- A question gets its answer once, and the answer is seen once.
create function question_goes_on() returns trigger language plpgsql as $$
declare
    unchanged question := new;
begin
    unchanged.seen_at := old.seen_at;
    if old.answered_at is null then
        unchanged.answered_at := old.answered_at;
        unchanged.answered_by := old.answered_by;
        unchanged.verdict := old.verdict;
        unchanged.answer_id := old.answer_id;
    end if;
    if unchanged is distinct from old or (old.seen_at is not null and new.seen_at is distinct from old.seen_at) then
        raise exception 'question % is history: it is answered once', old.id
            using errcode = 'integrity_constraint_violation', constraint = 'history_is_append_only';
    end if;
    return new;
end $$;
create trigger question_goes_on before update on question for each row execute function question_goes_on();

-- Whether somebody works here and may change the leads of this holder: the same as `people::rules::may_write`.
create function writes_lead(person bigint, lead_owner bigint, lead_queue bigint) returns boolean language sql stable as $$
    select exists (
        select from app_user u
        where u.id = person and u.closed_at is null
          and (u.role = 'admin' or u.id = lead_owner
               or exists (select from app_user m join team_manager t on t.team_id = m.team_id
                          where m.id = lead_owner and t.user_id = u.id)
               or exists (select from queue q
                          where q.id = lead_queue
                            and (q.manager_id = u.id or q.team_id = u.team_id
                                 or q.team_id in (select team_id from team_manager where user_id = u.id)))))
$$;

-- Whether a question about a lead waits for this person: for whom it was put to, and for every manager of the lead once
-- they manage it no more.
create function is_asked(asked_of bigint, asked_by bigint, lead_owner bigint, lead_queue bigint, person bigint)
returns boolean language sql stable as $$
    select person <> asked_by and writes_lead(person, lead_owner, lead_queue)
       and (person = asked_of
            or (not writes_lead(asked_of, lead_owner, lead_queue)
                and exists (select from app_user where id = person and role in ('manager', 'admin'))))
$$;
