create table python_members (id integer primary key, name text not null);
create table python_addresses (id integer primary key, member integer not null, city text not null, is_main boolean not null);
insert into python_members values (1, 'Ada'), (2, 'Grace');
insert into python_addresses values (1, 1, 'London', true), (2, 2, 'Boston', false), (3, 2, 'Arlington', true);
