import { expect, test, visit, type Page } from '../support/test.ts';

const line = (page: Page, name: string) => page.locator('.today-line').filter({ has: page.getByRole('link', { name, exact: true }) });

test('today lists what is due by the clock, and what is done or put off leaves it @phone', async ({ open, winback }) => {
  await winback.give('cigdem', [
    { name: 'Dün Kalan', phone: '+90 532 000 11 22' },
    { name: 'Bugün Ara', phone: '+90 532 000 11 33' },
    { name: 'Arama Diyen', phone: '+90 532 000 11 44', doNotCall: true },
    { name: 'Adımsız Aday' },
  ]);
  const plan = (name: string, due: string, channel = 'call') =>
    winback.sql(
      `update lead set next_step = 'Fiyatı konuş', next_step_channel = '${channel}', next_step_due = ${due} where name = '${name}' returning id`,
    );
  await plan('Dün Kalan', `now() - interval '1 day'`);
  await plan('Bugün Ara', `now() - interval '1 minute'`);
  await plan('Arama Diyen', `now() - interval '2 minutes'`);
  const page = await open('cigdem');
  await visit(page, '/today');
  await expect(page.getByRole('heading', { name: 'Today', exact: true })).toHaveCount(1);
  const names = page.locator('.today-line .today-what > a');
  await expect(names.nth(0)).toHaveText('Dün Kalan');
  await expect(names.nth(1)).toHaveText('Arama Diyen');
  await expect(names.nth(2)).toHaveText('Bugün Ara');
  await expect(line(page, 'Dün Kalan').getByRole('link', { name: 'Call' })).toHaveAttribute('href', 'tel:+905320001122');
  await expect(line(page, 'Arama Diyen').getByRole('link', { name: 'Call' })).toHaveCount(0);
  await expect(line(page, 'Adımsız Aday')).toBeVisible();
  await expect(page.locator('.due-count')).toContainText('3');

  await line(page, 'Bugün Ara').getByRole('button', { name: 'Done' }).click();
  await expect(line(page, 'Bugün Ara').getByRole('button', { name: 'Done' })).toHaveCount(0);
  await line(page, 'Dün Kalan').getByLabel('Put off').selectOption('tomorrow');
  await expect(line(page, 'Dün Kalan')).toHaveCount(0);
  await expect(page.locator('.due-count')).toContainText('1');
});
