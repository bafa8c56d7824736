-- The board of a whole team: its counts stay exact under a filter without counting leads, and people keep their views.

-- Finer than before, so that a board narrowed to a source or a product reads its heads from here, too; and two reps who
-- move different leads of one owner meet less often on one row.
alter table stage_count
    drop constraint stage_count_pkey,
    add column source_id bigint not null default 0,
    add column product_id bigint not null default 0;
delete from stage_count;
alter table stage_count
    alter column source_id drop default,
    alter column product_id drop default,
    add primary key (owner_id, queue_id, stage_id, source_id, product_id);
comment on table stage_count is 'Leads and value on the board; zero stands for "none" in every key';

create or replace function count_stages() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into stage_count as c (owner_id, queue_id, stage_id, source_id, product_id, leads, value_base_minor)
        select coalesce(owner_id, 0), coalesce(queue_id, 0), stage_id, coalesce(source_id, 0), coalesce(product_id, 0),
               count(*), coalesce(sum(value_base_minor), 0)
        from after_change where standing_loss_id is null and withdrawn_at is null
        group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
        on conflict (owner_id, queue_id, stage_id, source_id, product_id) do update
            set leads = c.leads + excluded.leads, value_base_minor = c.value_base_minor + excluded.value_base_minor;
    else
        insert into stage_count as c (owner_id, queue_id, stage_id, source_id, product_id, leads, value_base_minor)
        select coalesce(owner_id, 0), coalesce(queue_id, 0), stage_id, coalesce(source_id, 0), coalesce(product_id, 0),
               sum(leads), sum(value)
        from (select owner_id, queue_id, stage_id, source_id, product_id, 1 as leads, coalesce(value_base_minor, 0) as value
              from after_change where standing_loss_id is null and withdrawn_at is null
              union all
              select owner_id, queue_id, stage_id, source_id, product_id, -1, -coalesce(value_base_minor, 0)
              from before_change where standing_loss_id is null and withdrawn_at is null) as delta
        group by 1, 2, 3, 4, 5 having sum(leads) <> 0 or sum(value) <> 0 order by 1, 2, 3, 4, 5
        on conflict (owner_id, queue_id, stage_id, source_id, product_id) do update
            set leads = c.leads + excluded.leads, value_base_minor = c.value_base_minor + excluded.value_base_minor;
    end if;
    return null;
end $$;

insert into stage_count (owner_id, queue_id, stage_id, source_id, product_id, leads, value_base_minor)
select coalesce(owner_id, 0), coalesce(queue_id, 0), stage_id, coalesce(source_id, 0), coalesce(product_id, 0),
       count(*), coalesce(sum(value_base_minor), 0)
from lead where standing_loss_id is null and withdrawn_at is null
group by 1, 2, 3, 4, 5;

-- A column narrowed to one source or product is read in its order, however few of its leads match.
create index lead_on_board_by_source on lead (source_id, stage_id, rank, id) where standing_loss_id is null;
create index lead_on_board_by_product on lead (product_id, stage_id, rank, id) where standing_loss_id is null;

-- A board as somebody likes to see it: the part of its address after the question mark.
create table board_view (
    id bigint generated always as identity primary key,
    user_id bigint not null references app_user,
    name text not null check (btrim(name) = name and length(name) between 1 and 60),
    -- Folded by the one Rust function: the same name in another spelling is the same.
    name_key text not null check (name_key <> ''),
    query text not null check (length(query) <= 1000),
    is_shared boolean not null default false,
    created_at timestamptz not null,
    constraint board_view_name unique (user_id, name_key)
);
create index board_view_shared on board_view (name) where is_shared;

-- One note may be written for several leads that are lost together: for how many.
alter table loss add column note_shared_by integer not null default 1 check (note_shared_by between 1 and 100);
