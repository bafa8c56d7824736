-- Money lost. What campaigns cost stands in `campaign_spend`; here is what else its figures stand on: what an hour of
-- estimating costs, and which products that were asked for in vain are offered by now.

alter table organisation
    add column estimate_hour_minor bigint check (estimate_hour_minor >= 0),
    add column estimate_hour_currency text references currency,
    -- At the rate of the day on which it was set.
    add column estimate_hour_base_minor bigint check (estimate_hour_base_minor >= 0),
    add constraint estimate_hour_is_whole check
        (num_nonnulls(estimate_hour_minor, estimate_hour_currency, estimate_hour_base_minor) in (0, 3));

-- What was asked for in vain, and which product answers it now.
create table offered_request (
    -- Folded by the one Rust function, so that spellings meet.
    request text primary key check (btrim(request) <> ''),
    product_id bigint not null references product,
    offered_at timestamptz not null,
    offered_by bigint not null references app_user
);
create index offered_request_by_product on offered_request (product_id);

-- Few losses say which product was asked for, and figures and lists ask for just those.
create index loss_product_asked on loss (lead_id) where evidence ? 'product_asked';
