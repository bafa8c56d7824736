import AxeBuilder from '@axe-core/playwright';
import type { BrowserContextOptions } from '@playwright/test';
import { call, expect, openAccount, reload, test, visit, type Open, type Page } from '../support/test.ts';
import { attempt } from '../support/loss.ts';
import type { Rep, Winback } from '../support/winback.ts';

const key = () => crypto.randomUUID().replaceAll('-', '');

/** Loses a lead for a reason, as the page's person. */
async function lose(page: Page, winback: Winback, name: string, reason: string) {
  const lead = await winback.lead(name);
  await attempt(page, winback, lead, { channel: 'call', result: 'refused' });
  const logged = Number(await winback.sql(`select max(activity_id) from attempt where lead_id = ${lead}`));
  const answer = await call<{ done?: { lost: { loss: number } } }>(page, winback, 'losses/lose', {
    wanted: {
      lead,
      draft: {
        outcome: await winback.sql(`select outcome from loss_reason where code = '${reason}'`),
        reason: Number(await winback.sql(`select id from loss_reason where code = '${reason}'`)),
        attempt: { logged },
        same_again_because: '',
        customer: 'nothing',
        note: 'They chose another school.',
        retry_potential: 'low',
        evidence: {},
        recontact_on: null,
        override_because: '',
      },
      seen_version: Number(await winback.sql(`select move_version from lead where id = ${lead}`)),
      key: key(),
    },
  });
  expect(answer.done, JSON.stringify(answer)).toBeTruthy();
  return answer.done!.lost.loss;
}

async function reverse(page: Page, winback: Winback, loss: number) {
  await call(page, winback, 'losses/reopen', {
    wanted: { loss, closure: 'reversed', cause: null, to: null, note: '', key: key() },
  });
}

/** Two leads lost on price and one on trust by a rep, who is the only one with losses. */
async function prepare(open: Open, winback: Winback, rep: Rep, names: string[]) {
  await winback.give(rep, names.map((name) => ({ name })));
  const page = await open(rep);
  const reasons = ['price_too_high', 'price_too_high', 'trust'];
  for (const [place, name] of names.entries()) await lose(page, winback, name, reasons[place % reasons.length]);
  return page;
}

const panel = (page: Page, title: string) =>
  page.locator('section.panel').filter({ has: page.getByRole('heading', { level: 2, name: title, exact: true }) });
const behind = (page: Page) => page.locator('.losses-list');
const bar = (page: Page, title: string, name: string) => panel(page, title).locator('.chart-bars a').filter({ hasText: name });

async function speak(page: Page, language: string) {
  await page.context().addCookies([{ name: 'i18n_pref_locale', value: language, domain: '127.0.0.1', path: '/' }]);
}

test('a figure opens the leads behind it, and the address shows the same to a colleague @both', async ({ open, winback }) => {
  await prepare(open, winback, 'omer', ['Kırılan Bir', 'Kırılan İki', 'Kırılan Üç']);
  const rep = await winback.sql("select id from app_user where email like 'omer@%'");
  const mert = await open('mert');
  await visit(mert, `/losses?rep=${rep}`);
  await expect(panel(mert, 'Lost').locator('.tile-figure')).toHaveText('3');
  await expect(bar(mert, 'Top reasons', 'Price too high')).toContainText('66.7');
  await bar(mert, 'Top reasons', 'Price too high').click();
  await expect(behind(mert).getByRole('heading')).toContainText('2 leads behind this');
  await expect(behind(mert).getByRole('heading'), 'the keyboard goes along').toBeFocused();
  await expect(behind(mert).getByRole('row').filter({ hasText: 'Kırılan' })).toHaveCount(2);
  const address = new URL(mert.url());
  const admin = await open('admin');
  await visit(admin, address.pathname + address.search);
  await expect(behind(admin).getByRole('row').filter({ hasText: 'Kırılan' })).toHaveCount(2);
  await behind(mert).getByRole('link', { name: 'Kırılan İki' }).click();
  await expect(mert).toHaveURL(/\/leads\/\d+/);
  await mert.goBack();
  await expect(behind(mert).getByRole('row').filter({ hasText: 'Kırılan' })).toHaveCount(2);
  // Nobody else's manager counts them.
  const selin = await open('selin');
  await visit(selin, address.pathname + address.search);
  await expect(panel(selin, 'Lost').locator('.tile-figure')).toHaveText('0');
  await expect(behind(selin).getByRole('row').filter({ hasText: 'Kırılan' })).toHaveCount(0);
});

test('figures follow what happens elsewhere, without taking the keyboard away', async ({ open, winback }) => {
  const sule = await prepare(open, winback, 'sule', ['Canlı Bir', 'Canlı İki']);
  await winback.give('sule', [{ name: 'Canlı Üç' }]);
  const rep = await winback.sql("select id from app_user where email like 'sule@%'");
  const mert = await open('mert');
  await visit(mert, `/losses?rep=${rep}&list=lost`);
  await visit(sule, '/me/figures');
  const lost = panel(mert, 'Lost').locator('.tile-figure');
  const own = panel(sule, 'Lost').locator('.tile-figure');
  await expect(lost).toHaveText('2');
  await expect(own).toHaveText('2');
  await bar(mert, 'Top reasons', 'Price too high').focus();
  const loss = await lose(sule, winback, 'Canlı Üç', 'price_too_high');
  await expect(own).toHaveText('3');
  await expect(lost).toHaveText('3');
  await expect(behind(mert).getByRole('row').filter({ hasText: 'Canlı' })).toHaveCount(3);
  await expect(bar(mert, 'Top reasons', 'Price too high')).toBeFocused();
  await reverse(sule, winback, loss);
  await expect(own).toHaveText('2');
  await expect(lost).toHaveText('2');
});

test('filters and switches stand in the address; the trend is walked with arrows and read as a table', async ({ open, winback }) => {
  await prepare(open, winback, 'jan', ['Süzgeç Bir', 'Süzgeç İki', 'Süzgeç Üç']);
  const page = await open('mert');
  await visit(page, '/losses');
  await page.getByRole('combobox', { name: 'Rep', exact: true }).selectOption({ label: 'Jan Novák' });
  await page.getByRole('combobox', { name: 'Period' }).selectOption('this_month');
  await expect(page).toHaveURL(/period=this_month/);
  await page.getByRole('combobox', { name: 'Reason', exact: true }).selectOption({ label: 'Trust' });
  await expect(panel(page, 'Lost').locator('.tile-figure')).toHaveText('1');
  await expect(page.getByText('Reason and outcome narrow losses only')).toBeVisible();
  await page.getByRole('link', { name: 'By week' }).click();
  await page.getByRole('link', { name: 'Value', exact: true }).click();
  await expect(page).toHaveURL(/step=week/);
  await expect(page).toHaveURL(/by=value/);
  await reload(page);
  await expect(page.getByRole('combobox', { name: 'Reason', exact: true })).toHaveValue(/\d+/);
  await expect(panel(page, 'Lost').locator('.tile-figure')).toHaveText('1');
  await page.getByRole('link', { name: 'Clear all' }).click();
  await expect(page.getByRole('combobox', { name: 'Period' })).toHaveValue('all');
  await page.getByRole('combobox', { name: 'Period' }).selectOption('last_90_days');
  // Each link leads on from what the address says.
  await expect(page).toHaveURL(/period=last_90_days/);
  await page.getByRole('link', { name: 'By month' }).click();
  const columns = page.locator('.chart-column');
  await expect(columns.nth(2)).toBeVisible();
  // The columns of the period before may be on their way out still.
  await expect(async () => {
    await columns.last().focus();
    await page.keyboard.press('ArrowLeft');
    await expect(columns.nth(-2)).toBeFocused({ timeout: 500 });
  }).toPass();
  const [over, last] = [await page.locator('.chart-over').boundingBox(), await columns.last().boundingBox()];
  expect(over!.x + over!.width, 'the line ends with its last column').toBeLessThanOrEqual(last!.x + last!.width + 1);
  await page.keyboard.press('Home');
  await expect(columns.first()).toBeFocused();
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await expect(behind(page).getByRole('heading')).toContainText('behind this');
  await page.getByText('As a table').click();
  await expect(page.locator('.chart-rows tbody tr')).toHaveCount(await columns.count());
  await expect(page.locator('.chart-rows tbody tr').first()).toContainText('incomplete');
  await page.getByRole('combobox', { name: 'Period' }).selectOption('between');
  await page.getByLabel('From', { exact: true }).fill('2026-01-01');
  await expect(page).toHaveURL(/from=2026-01-01/);
});

test('the way to the losses is for those who answer for others; everybody has their own figures @both', async ({ open, winback }) => {
  await winback.give('burak', [{ name: 'Kendi Sayım' }]);
  const rep = await open('burak');
  await visit(rep, '/board');
  await expect(rep.getByRole('navigation').getByRole('link', { name: 'Losses' })).toHaveCount(0);
  await openAccount(rep);
  await rep.getByRole('link', { name: 'My figures' }).click();
  await expect(rep.getByRole('heading', { level: 1, name: 'My figures' })).toBeAttached();
  await expect(panel(rep, 'Open').locator('.tile-figure')).toHaveText(/\d+/);
  const manager = await open('selin');
  await visit(manager, '/board');
  await manager.getByRole('navigation').getByRole('link', { name: 'Losses' }).click();
  await expect(manager.getByRole('heading', { level: 2, name: 'Comparison of reps' })).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const language of ['en', 'tr', 'en-XB'] as const) {
    test(`figures are accessible: ${colorScheme}, ${language} @both`, async ({ open, winback }) => {
      test.setTimeout(90_000);
      await prepare(open, winback, 'irem', [`Erişim ${colorScheme} ${language}`]);
      const options: BrowserContextOptions = { colorScheme };
      const page = await open('selin', options);
      await speak(page, language);
      const violations: string[] = [];
      for (const address of ['/losses?list=losses&step=week', '/losses?period=last_month', '/me/figures']) {
        await visit(page, address);
        if (address.includes('list')) await page.locator('.chart-table summary').click();
        const result = await new AxeBuilder({ page }).analyze();
        for (const violation of result.violations) {
          for (const node of violation.nodes.slice(0, 3)) {
            violations.push(`${address}: ${violation.id} at ${node.target.join(' ')}: ${node.failureSummary?.split('\n')[1]?.trim()}`);
          }
        }
        const width = page.viewportSize()?.width ?? 0;
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        if (wide > width) violations.push(`${address}: ${wide} pixels wide on ${width}`);
        if (process.env.WINBACK_SHOTS) {
          const name = address.replace(/\W+/g, '-');
          await page.screenshot({ path: `shots/figures${name} ${width} ${colorScheme} ${language}.png` });
        }
      }
      expect(violations).toEqual([]);
    });
  }
}
