import { expect, test, visit, type Page } from '../support/test.ts';

const line = (page: Page, name: string) => page.locator('.today-line').filter({ has: page.getByRole('link', { name, exact: true }) });

/** The three dots of a row. */
const more = (page: Page, name: string) => line(page, name).getByRole('button', { name: `More for ${name}` });

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
  await expect(line(page, 'Adımsız Aday').getByRole('button', { name: 'Next step…' })).toBeVisible();
  await expect(page.locator('.due-count')).toContainText('3');

  await more(page, 'Bugün Ara').click();
  await line(page, 'Bugün Ara').getByRole('button', { name: 'Done' }).click();
  await expect(line(page, 'Bugün Ara').getByRole('link', { name: 'Call' })).toHaveCount(0);
  await more(page, 'Dün Kalan').click();
  await line(page, 'Dün Kalan').getByRole('button', { name: 'Tomorrow' }).click();
  await expect(line(page, 'Dün Kalan')).toHaveCount(0);
  await expect(page.locator('.due-count')).toContainText('1');
});

test('a keyboard reaches every day that something can be put off to', async ({ open, winback }) => {
  await winback.give('jan', [{ name: 'Tuşla Ertelenen' }]);
  await winback.sql(
    `update lead set next_step = 'Ara', next_step_channel = 'call', next_step_due = now() - interval '1 minute'
     where name = 'Tuşla Ertelenen' returning id`,
  );
  const page = await open('jan');
  await visit(page, '/today');
  const later = more(page, 'Tuşla Ertelenen');
  await later.focus();
  await page.keyboard.press('Enter');
  const week = line(page, 'Tuşla Ertelenen').getByRole('button', { name: 'Next Monday' });
  await expect(week).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(week).toBeHidden();
  await expect(later).toBeFocused();
  await page.keyboard.press('Enter');
  for (let press = 0; press < 20; press += 1) {
    await page.keyboard.press('Tab');
    if (await week.evaluate((button) => button === document.activeElement)) break;
  }
  await expect(week).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(line(page, 'Tuşla Ertelenen')).toHaveCount(0);
  const day = await winback.sql(`select to_char(next_step_due, 'ID') || (next_step_due > now()) from lead where name = 'Tuşla Ertelenen'`);
  expect(day).toBe('1true');
});

test('what colleagues do does not make this page and its badge ask again and again', async ({ open, winback }) => {
  await winback.give('burak', [{ name: 'Başkasının İşi' }]);
  await winback.give('jan', [{ name: 'Benim İşim' }]);
  const page = await open('jan');
  const asked: string[] = [];
  page.on('request', (request) => {
    if (/outreach\/(today|due)/.test(request.url())) asked.push(request.url());
  });
  await visit(page, '/today');
  await expect.poll(() => asked.length).toBeGreaterThan(0);
  await page.waitForTimeout(1_500);
  asked.length = 0;
  const touch = (name: string) =>
    winback.sql(
      `with touched as (update lead set next_step = 'Ara', next_step_channel = 'call', next_step_due = now() where name = '${name}' returning id)
       insert into event (at, kind, lead_ids) select now(), 'leads', array[id] from touched returning id`,
    );
  await touch('Başkasının İşi');
  await page.waitForTimeout(3_500);
  expect(asked).toEqual([]);
  await touch('Benim İşim');
  await expect(line(page, 'Benim İşim').locator('.today-when')).not.toBeEmpty();
});

test('while a menu is open no other lead slips under it', async ({ open, winback }) => {
  await winback.give('jan', [{ name: 'Önce Gelen' }, { name: 'Menüsü Açık' }, { name: 'Sonra Gelen' }]);
  const plan = (name: string, due: string) =>
    winback.sql(
      `with touched as (update lead set next_step = 'Ara', next_step_channel = 'call', next_step_due = ${due} where name = '${name}' returning id)
       insert into event (at, kind, lead_ids) select now(), 'leads', array[id] from touched returning id`,
    );
  await plan('Önce Gelen', `now() - interval '30 minutes'`);
  await plan('Menüsü Açık', `now() - interval '20 minutes'`);
  await plan('Sonra Gelen', `now() - interval '10 minutes'`);
  const page = await open('jan');
  await visit(page, '/today');
  const menu = line(page, 'Menüsü Açık');
  await more(page, 'Menüsü Açık').click();
  await expect(menu.getByRole('button', { name: 'Tomorrow' })).toBeVisible();
  await plan('Önce Gelen', `now() + interval '3 days'`);
  await page.waitForTimeout(2_500);
  await expect(menu.getByRole('button', { name: 'Tomorrow' })).toBeVisible();
  await menu.getByRole('button', { name: 'Tomorrow' }).click();
  await expect(menu).toHaveCount(0);
  await expect(line(page, 'Sonra Gelen')).toBeVisible();
  await expect(line(page, 'Önce Gelen')).toHaveCount(0);
});

test('the next step is planned without opening the lead @phone', async ({ open, winback }) => {
  await winback.give('cigdem', [{ name: 'Günden Planlanan' }]);
  const page = await open('cigdem');
  await visit(page, '/today');
  await line(page, 'Günden Planlanan').getByRole('button', { name: 'Next step…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Next step: Günden Planlanan' });
  await dialog.getByRole('button', { name: /Tomorrow/ }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(line(page, 'Günden Planlanan')).toHaveCount(0);
  const [content, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(content).toBeLessThanOrEqual(width);
});
