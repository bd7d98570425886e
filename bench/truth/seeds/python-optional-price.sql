create table python_articles (id integer primary key, article text not null, price integer);
insert into python_articles values (5, 'mug', null), (6, 'plate', 4);
