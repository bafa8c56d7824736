-- Which leads somebody looked at last, so that the way back to them is short on every device of theirs. Ids only: what a
-- lead is called is read anew, by whoever may still read it.

create table lead_visit (
    user_id bigint not null references app_user on delete cascade,
    lead_id bigint not null references lead on delete cascade,
    at timestamptz not null,
    primary key (user_id, lead_id)
);
create index lead_visit_latest on lead_visit (user_id, at desc);
create index lead_visit_by_lead on lead_visit (lead_id);
