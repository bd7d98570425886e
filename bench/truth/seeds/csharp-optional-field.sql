create table csharp_customers (id integer primary key, name text not null, nickname text);
insert into csharp_customers values (7, 'Ada', null), (8, 'Grace', 'Amazing');
