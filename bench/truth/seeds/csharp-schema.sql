create table csharp_payments (id integer primary key, amount text not null);
insert into csharp_payments values (1, '12.50'), (2, '8.00'), (3, '12.50 EUR');
