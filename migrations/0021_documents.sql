-- Documents are kept as they are: most are compressed already, and trying again would hold the writing transaction up.
alter table attachment alter column body set storage external;
