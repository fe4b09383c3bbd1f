import type { Lesson } from '../../src/lesson/types.ts';
import { fence, lessonOf } from './lesson.ts';

/** `names`: an answer by its rows. */
export const namesExercise = `task: The **names** of the products that nobody has ordered, 茶碗 among them.
starter: |
  select name
  from product
solution:
  - sql: select name from product p where not exists (select from orders o where o.product_id = p.id);
    why: NOT EXISTS is true or false.
  - label: with a join
    sql: select p.name from product p left join orders o on o.product_id = p.id where o.id is null;
check:
  - result: rows
hints:
  - Which products do you not want?
  - Look at not exists.
explanation: NOT IN finds nothing as soon as one product_id is NULL.
right:
  - select name from product where id in (select id from product except select product_id from orders)
wrong:
  - { sql: "select name from product where id not in (select product_id from orders)", verdict: missing-row }
  - { sql: "values ('rug'), ('茶碗')", verdict: missing-row }
hidden: |
  insert into product values (90, 'vase');
`;

export const shopSetup = `create table product (id int primary key, name text not null);
create table orders (id int primary key, product_id int references product);
insert into product values (1, 'lamp'), (2, 'rug'), (3, '茶碗');
insert into orders values (10, 1), (11, null);`;

/** A step, an exercise, prose behind it; a second page. */
export const exerciseLesson = (): Lesson =>
  lessonOf(`${fence('sql setup', shopSetup)}
## What was never ordered

Some orders have no product.

${fence('sql #look', 'select * from orders;')}
${fence('exercise #names', namesExercise)}
What comes behind the exercise.

## The end

That is all.
`);
