-- What a lead's fields can be chosen from, in one shape: each list's words with whether they are retired. A retired word
-- stays on what it was used for.
create view listed as
select 'source' as list, id, jsonb_build_object('en', name) as name, retired_at is not null as retired from source
union all
select 'campaign', id, jsonb_build_object('en', name), retired_at is not null from campaign
union all
select 'product', id, jsonb_build_object('en', name), retired_at is not null from product
union all
select 'segment', id, jsonb_build_object('en', name), retired_at is not null from segment
union all
select 'tag', id, jsonb_build_object('en', name), retired_at is not null from tag
union all
select 'business_line', id, name, retired_at is not null from business_line
union all
select 'person', id, jsonb_build_object('en', name), closed_at is not null from app_user;

-- Who a lead page's account belongs to is asked by its leads, its domains and its name.
create index account_domain_by_account on account_domain (account_id);

-- What happened to one field of a lead, the newest first.
create index activity_by_field on activity (lead_id, (detail ->> 'field'), id desc) where kind = 'edit';
