import AxeBuilder from '@axe-core/playwright';
import type { BrowserContextOptions } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { call, expect, openAccount, reload, test, visit, type Open, type Page } from '../support/test.ts';
import { lose } from '../support/loss.ts';
import type { Rep, Winback } from '../support/winback.ts';

const key = () => crypto.randomUUID().replaceAll('-', '');

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
const list = (page: Page) => page.locator('.losses-list');
const bar = (page: Page, title: string, name: string) => panel(page, title).locator('.chart-pick').filter({ hasText: name });
const losses = (page: Page) => panel(page, 'Losses').locator('.tile-figure');
const notes = (page: Page) => page.locator('.losses-notes');
/** The browser has the facts and counts itself. */
const counts = (page: Page) => expect(notes(page)).toHaveAttribute('data-counted-by', 'browser');
const idOf = (winback: Winback, name: string) => winback.sql(`select id from app_user where email like '${name}@%'`);

async function speak(page: Page, language: string) {
  await page.context().addCookies([{ name: 'i18n_pref_locale', value: language, domain: '127.0.0.1', path: '/' }]);
}

test('a bar filters every other chart, and the address shows the same to a colleague @both', async ({ open, winback }) => {
  await prepare(open, winback, 'omer', ['Kırılan Bir', 'Kırılan İki', 'Kırılan Üç']);
  const rep = await idOf(winback, 'omer');
  const mert = await open('mert');
  await visit(mert, `/losses?rep=${rep}`);
  await counts(mert);
  await expect(losses(mert)).toHaveText('3');
  await expect(bar(mert, 'Reasons', 'Price too high').locator('.chart-figure')).toHaveText('2');
  await bar(mert, 'Reasons', 'Price too high').click();
  await expect(losses(mert)).toHaveText('2');
  await expect(bar(mert, 'Reasons', 'Trust').locator('.chart-figure'), 'a chart ignores its own filter').toHaveText('1');
  await expect(panel(mert, 'Reasons').locator('.losses-own')).toContainText('Price too high');
  await expect(mert).toHaveURL(/reason=\d+/);
  await list(mert).getByRole('button', { name: 'Losses 2' }).click();
  await expect(list(mert).getByRole('heading')).toContainText('2 leads behind this');
  await expect(list(mert).getByRole('heading'), 'the keyboard goes along').toBeFocused();
  await expect(list(mert).getByRole('row').filter({ hasText: 'Kırılan' })).toHaveCount(2);
  const address = new URL(mert.url());
  const admin = await open('admin');
  await visit(admin, address.pathname + address.search);
  await expect(losses(admin)).toHaveText('2');
  await expect(list(admin).getByRole('row').filter({ hasText: 'Kırılan' })).toHaveCount(2);
  await list(mert).getByRole('link', { name: 'Kırılan İki' }).click();
  await expect(mert).toHaveURL(/\/leads\/\d+/);
  await mert.goBack();
  await expect(list(mert).getByRole('row').filter({ hasText: 'Kırılan' })).toHaveCount(2);
  // The chart's own chip takes its filter away, and the way back brings it again.
  await counts(mert);
  await panel(mert, 'Reasons').getByRole('button', { name: /^Reasons: / }).click();
  await expect(losses(mert)).toHaveText('3');
  await mert.goBack();
  await expect(losses(mert)).toHaveText('2');
  // Nobody else's manager counts them.
  const selin = await open('selin');
  await visit(selin, address.pathname + address.search);
  await expect(losses(selin)).toHaveText('0');
  await expect(list(selin).getByRole('row').filter({ hasText: 'Kırılan' })).toHaveCount(0);
});

test('a loss arrives in the open cockpit, without taking the keyboard away', async ({ open, winback }) => {
  const sule = await prepare(open, winback, 'sule', ['Canlı Bir', 'Canlı İki']);
  await winback.give('sule', [{ name: 'Canlı Üç' }]);
  const rep = await idOf(winback, 'sule');
  const mert = await open('mert');
  await visit(mert, `/losses?rep=${rep}&list=losses`);
  await counts(mert);
  await visit(sule, '/me/figures');
  const own = panel(sule, 'Lost').locator('.tile-figure');
  await expect(losses(mert)).toHaveText('2');
  await expect(own).toHaveText('2');
  await bar(mert, 'Reasons', 'Price too high').focus();
  const loss = await lose(sule, winback, 'Canlı Üç', 'price_too_high');
  await expect(own).toHaveText('3');
  await expect(losses(mert)).toHaveText('3');
  await expect(list(mert).getByRole('row').filter({ hasText: 'Canlı' })).toHaveCount(3);
  await expect(bar(mert, 'Reasons', 'Price too high')).toBeFocused();
  await reverse(sule, winback, loss);
  await expect(own).toHaveText('2');
  await expect(losses(mert)).toHaveText('2');
});

test('keyboard and keys held choose bars, add to them and leave them out', async ({ open, winback }) => {
  await prepare(open, winback, 'jan', ['Süzgeç Bir', 'Süzgeç İki', 'Süzgeç Üç']);
  const page = await open('mert');
  await visit(page, `/losses?rep=${await idOf(winback, 'jan')}`);
  await counts(page);
  const price = bar(page, 'Reasons', 'Price too high');
  const trust = bar(page, 'Reasons', 'Trust');
  await price.focus();
  await page.keyboard.press('Enter');
  await expect(losses(page)).toHaveText('2');
  await expect(price).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByText('narrow losses only')).toBeVisible();
  await trust.click({ modifiers: ['Shift'] });
  await expect(losses(page)).toHaveText('3');
  await expect(page).toHaveURL(/reason=\d+~\d+/);
  await trust.click({ modifiers: ['Alt'] });
  await expect(losses(page)).toHaveText('2');
  await expect(notes(page)).toContainText('all but Trust');
  await page.getByRole('button', { name: 'Value', exact: true }).click();
  await expect(page).toHaveURL(/by=value/);
  await reload(page);
  await expect(losses(page)).toHaveText('2');
  await expect(notes(page)).toContainText('all but Trust');
  await page.getByRole('button', { name: 'Clear all' }).click();
  await expect(page).not.toHaveURL(/reason/);
  // A cell of a crossed chart chooses both of its bars.
  await visit(page, `/losses?rep=${await idOf(winback, 'jan')}`);
  await counts(page);
  await panel(page, 'Stage × reason').getByRole('button', { name: /× Trust: 1/ }).click();
  await expect(losses(page)).toHaveText('1');
  await expect(page).toHaveURL(/reason=.*stage=|stage=.*reason=/);
});

test('a brush over the trend chooses the period, by mouse and by keyboard', async ({ open, winback }) => {
  await prepare(open, winback, 'jan', ['Fırça Bir']);
  const page = await open('mert');
  await visit(page, '/losses');
  await counts(page);
  await page.getByRole('button', { name: 'By day' }).click();
  await expect(page).toHaveURL(/step=day/);
  await page.getByRole('button', { name: 'By month' }).click();
  const columns = page.locator('.chart-column');
  await columns.last().focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/period=between&from=\d{4}-\d{2}-01/);
  await expect(columns.last()).toHaveAttribute('aria-pressed', 'true');
  await page.keyboard.press('Enter');
  await expect(page, 'pressed again it is let go').not.toHaveURL(/period/);
  await page.getByRole('combobox', { name: 'Period' }).selectOption('last_90_days');
  await expect(page).toHaveURL(/period=last_90_days/);
  await expect(page.locator('.tile-change').first()).toBeAttached();
  await page.getByRole('combobox', { name: 'Held against' }).selectOption('year_before');
  await expect(page).toHaveURL(/against=year_before/);
  await page.getByRole('combobox', { name: 'Period' }).selectOption('between');
  await page.getByLabel('From', { exact: true }).fill('2026-01-01');
  await expect(page).toHaveURL(/from=2026-01-01/);
  await page.getByText('As a table').click();
  await expect(page.locator('.losses-trend .chart-rows tbody tr')).toHaveCount(await columns.count());
});

test('a team is held against everybody else, and who few deals were decided for is marked', async ({ open, winback }) => {
  await prepare(open, winback, 'burak', ['Takım Bir', 'Takım İki']);
  const page = await open('admin');
  await visit(page, '/losses?against=rest');
  await expect(page.getByText('Choose a rep or a team')).toBeVisible();
  await counts(page);
  const row = panel(page, 'Reps').getByRole('row').filter({ hasText: 'Burak' });
  await expect(row.locator('.chart-mark')).toBeVisible();
  await row.getByRole('button').click();
  await expect(page.getByText('Choose a rep or a team')).toBeHidden();
  await expect(page.locator('.tile-change').first()).toContainText('everybody else');
});

test('figures go along as CSV, XLSX and pictures', async ({ open, winback }) => {
  await prepare(open, winback, 'irem', ['Dosya Bir', 'Dosya İki', 'Dosya Üç']);
  const page = await open('admin');
  await visit(page, `/losses?rep=${await idOf(winback, 'irem')}`);
  await counts(page);
  await bar(page, 'Reasons', 'Price too high').click();
  await expect(losses(page)).toHaveText('2');
  const download = async (press: () => Promise<void>) => {
    const [file] = await Promise.all([page.waitForEvent('download'), press()]);
    return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
  };
  const csv = await download(() => list(page).getByRole('link', { name: 'CSV' }).click());
  expect(csv.name).toBe('losses.csv');
  expect(csv.bytes.toString('utf8').trim().split('\n')).toHaveLength(3);
  expect(csv.bytes.toString('utf8')).toContain('Dosya');
  const xlsx = await download(() => list(page).getByRole('link', { name: 'XLSX' }).click());
  expect(xlsx.bytes.subarray(0, 2).toString()).toBe('PK');
  await panel(page, 'Reasons').locator('.chart-table summary').click();
  await expect(panel(page, 'Reasons').getByRole('row').filter({ hasText: 'Price too high' })).toBeVisible();
  const svg = await download(() => panel(page, 'Reasons').getByRole('button', { name: 'SVG' }).click());
  expect(svg.bytes.toString('utf8')).toContain('Price too high');
  const png = await download(() => panel(page, 'Reasons').getByRole('button', { name: 'PNG' }).click());
  expect(png.bytes.subarray(1, 4).toString()).toBe('PNG');
  expect(png.bytes.length).toBeGreaterThan(3000);
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
  await expect(manager.getByRole('heading', { level: 2, name: 'Reps' })).toBeVisible();
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
      for (const address of ['/losses?list=losses&step=week', '/losses?period=last_month&fate=lost', '/me/figures']) {
        await visit(page, address);
        if (address.includes('list')) await page.locator('.losses-trend .chart-table summary').first().click();
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
