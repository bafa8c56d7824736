-- Demo data can be taken out again in one step: what the generator wrote is told apart from what people added since.

create table demo_data (
    only_one boolean primary key default true check (only_one),
    seed bigint not null,
    -- The day on which the data end.
    today date not null,
    written_at timestamptz not null,
    -- Per table the first and the last id that were written.
    ids jsonb not null check (jsonb_typeof(ids) = 'object')
);

-- Whoever takes leads out asks these for each of them.
create index if not exists activity_by_loss on activity (loss_id) where loss_id is not null;
create index if not exists win_by_lead on win (lead_id);
create index if not exists recontact_by_lead on recontact (lead_id);
create index if not exists recontact_by_loss on recontact (loss_id);
