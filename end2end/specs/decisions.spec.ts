import { lose } from '../support/loss.ts';
import { expect, test, visit, type Page } from '../support/test.ts';

const day = (from: Date, days: number) => new Date(from.getTime() + days * 86_400_000).toISOString().slice(0, 10);

/** Pins what the open page shows to a new meeting. */
async function pinToNew(page: Page, meeting: string, name: string, words: string) {
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('heading', { name: 'Pin to a meeting' })).toBeVisible();
  await dialog.getByLabel('Meeting').selectOption({ label: 'New meeting' });
  await dialog.getByLabel('Title').fill(meeting);
  await dialog.getByLabel('What is it?').fill(name);
  await dialog.getByLabel('What does it say to you?').fill(words);
  await dialog.getByRole('button', { name: 'Pin', exact: true }).click();
  await expect(dialog).toBeHidden();
}

test('a chart is pinned to a meeting, decided upon, and the decision is judged @both', async ({ open, winback }, { project }) => {
  const meeting = `Strategy ${project.name}`;
  const page = await open('admin');
  await visit(page, '/losses?period=this_year');
  const reasons = page.locator('section.panel').filter({ has: page.getByRole('heading', { level: 2, name: 'Reasons', exact: true }) });
  await reasons.getByText('Table and picture').click();
  await reasons.getByRole('button', { name: 'Pin to a meeting: Reasons' }).click();
  await pinToNew(page, meeting, 'What we lose on', 'Price leads.');

  await page.getByRole('navigation', { name: 'Losses' }).getByRole('link', { name: 'Decisions' }).click();
  await page.getByRole('link', { name: meeting }).click();
  await expect(page.getByRole('heading', { level: 1, name: meeting })).toBeVisible();
  const pin = page.locator('.pin').filter({ hasText: 'What we lose on' });
  await expect(pin).toContainText('Price leads.');
  await expect(pin.getByRole('link')).toHaveAttribute('href', '/losses?period=this_year');

  const today = new Date(await winback.sql("select to_char(now() at time zone 'Europe/Istanbul', 'YYYY-MM-DD')"));
  await page.getByRole('button', { name: 'New decision' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByRole('alert'), 'an empty form says what is missing').toContainText('Say what is decided');
  await dialog.getByText('Price policy').click();
  await dialog.getByLabel('What is decided?').fill('Two prices instead of five');
  await dialog.getByLabel('Owner').selectOption({ index: 1 });
  await dialog.getByLabel('From').fill(day(today, -60));
  await dialog.getByLabel('Check on').fill(day(today, -1));
  await dialog.getByText('Losses', { exact: true }).click();
  await dialog.getByLabel(/Expected effect/).fill('-10');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
  const decision = page.locator('.decision').filter({ hasText: 'Two prices instead of five' });
  await expect(decision).toContainText('To be judged');
  await expect(decision.getByRole('columnheader', { name: 'Before' })).toBeVisible();

  await decision.getByRole('button', { name: 'Judge' }).click();
  await dialog.getByRole('button', { name: 'Judge' }).click();
  await expect(dialog.getByRole('alert')).toContainText('Choose what becomes of it.');
  await dialog.getByText('Kept', { exact: true }).click();
  await dialog.getByLabel('Why?').fill('Nobody asks for discounts now.');
  await dialog.getByRole('button', { name: 'Judge' }).click();
  await expect(dialog).toBeHidden();
  await expect(decision).toContainText('Nobody asks for discounts now.');
  await expect(decision.getByRole('button', { name: 'Edit' }), 'what is judged stands').toBeHidden();

  await page.emulateMedia({ media: 'print' });
  await expect(decision).toBeVisible();
  await expect(page.getByRole('button', { name: 'Print' })).toBeHidden();
});

test('a rep reads what was decided and cannot decide', async ({ open, winback }) => {
  const rep = await open('omer');
  await visit(rep, '/losses/decisions');
  await expect(rep.getByRole('heading', { level: 1, name: 'Decisions' })).toBeVisible();
  await expect(rep.getByRole('button', { name: 'New meeting' })).toBeHidden();
  await visit(rep, '/losses');
  await expect(rep.getByRole('button', { name: /^Pin to a meeting/ })).toHaveCount(0);
  expect(Number(await winback.sql("select count(*) from meeting where changed_by = (select id from app_user where email like 'omer@%')"))).toBe(0);
});

test('figures that are read anew leave what is being pinned as it is', async ({ open, winback }) => {
  await winback.give('omer', [{ name: 'Kaybedilecek' }]);
  const page = await open('admin');
  await visit(page, '/losses/follow-ups');
  await page.getByRole('button', { name: /^Pin to a meeting/ }).click();
  const words = page.getByRole('dialog').getByLabel('What does it say to you?');
  await words.fill('Half a thought');
  const readAnew = page.waitForResponse(/persistence\/report/);
  await lose(await open('omer'), winback, 'Kaybedilecek', 'price_too_high');
  await readAnew;
  await page.waitForTimeout(300);
  await expect(words).toHaveValue('Half a thought');
});
