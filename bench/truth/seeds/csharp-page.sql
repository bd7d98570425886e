create table csharp_orders (id integer primary key, name text not null);
insert into csharp_orders values (1, 'peg'), (2, 'pole'), (3, 'rope'), (4, 'tarp');
