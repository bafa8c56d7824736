-- How many digits a currency's minor unit has is said once, by ISO 4217: the forms know it by the same list
-- (`format::minor_digits`), and nobody can write another number beside it, which would make amounts ten or a hundred times
-- too large.

alter table currency drop column digits;
alter table currency add column digits smallint not null generated always as (
    case when code in ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV', 'XAF', 'XOF',
                       'XPF') then 0
         when code in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then 3
         else 2 end) stored;
