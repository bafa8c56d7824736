import AxeBuilder from '@axe-core/playwright';
import { readFileSync } from 'node:fs';
import { call, expect, test, visit, type Page } from '../support/test.ts';
import type { Winback } from '../support/winback.ts';

const words = (language: string, slice = 'search'): Record<string, string> =>
  JSON.parse(readFileSync(new URL(`../../locales/${language}/${slice}.json`, import.meta.url), 'utf8'));

const palette = (page: Page, name = 'Find anything') => page.getByRole('dialog', { name, exact: true });
const line = (page: Page) => page.getByRole('dialog').getByRole('combobox');
const options = (page: Page) => page.getByRole('dialog').getByRole('option');
const chosen = (page: Page) => page.getByRole('dialog').locator('[role=option][aria-selected=true]');
const help = (page: Page, name = 'Keyboard shortcuts') => page.getByRole('dialog', { name, exact: true });

async function make(page: Page, winback: Winback, changes: Record<string, string>): Promise<number> {
  const blank = { name: '', company: '', phone: '', email: '', direction: 'inbound', source: null, product: null, request: '', holder: null, step: null };
  const wanted = { ...blank, ...changes };
  const answer = await call<{ done: { lead: number } }>(page, winback, 'leads/create', { wanted, key: crypto.randomUUID() });
  return answer.done.lead;
}

async function isWithinThePage(page: Page) {
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(content, 'nothing sticks out at the side').toBeLessThanOrEqual(window);
}

async function isAccessible(page: Page) {
  const found = await new AxeBuilder({ page }).include('dialog').analyze();
  expect(found.violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html}`)).toEqual([]);
}

test('by keyboard: found with a slip, chosen by arrows, opened by Enter, and recent ever after', async ({ open, winback }) => {
  const page = await open('ayse');
  const lead = await make(page, winback, { name: 'Gülbahar Pehlivan', company: 'Palet Sanayi' });
  const other = await make(page, winback, { name: 'Gülbahar Pehlivanoğlu' });
  await visit(page, '/today');
  await page.keyboard.press('Control+k');
  await expect(palette(page)).toBeVisible();
  await expect(line(page)).toBeFocused();
  await page.keyboard.type('gulbahar pehl');
  await expect(options(page).filter({ hasText: 'Gülbahar' })).toHaveCount(2);
  await expect(palette(page).getByRole('status')).toHaveText('2 leads found.');
  await expect(chosen(page)).toContainText('Pehlivanoğlu');
  await expect(chosen(page).locator('mark').first()).toHaveText('Gülbahar');
  await page.keyboard.press('ArrowDown');
  await expect(chosen(page)).toContainText('Palet Sanayi');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await expect(chosen(page), 'from the first to the last').toContainText('Palet Sanayi');
  await page.keyboard.press('Home');
  await expect(chosen(page)).toContainText('Pehlivanoğlu');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`/leads/${lead}$`));
  await expect(page.getByRole('heading', { name: 'Gülbahar Pehlivan', level: 1 })).toBeVisible();

  await page.keyboard.press('/');
  await expect(options(page).first()).toContainText('Gülbahar Pehlivan');
  await page.keyboard.type('gulbahr pehlivanoglu');
  await expect(palette(page).getByText('Similar spellings')).toBeVisible();
  // Enter before the answer goes where the answer leads.
  await line(page).fill('');
  await page.keyboard.type('pehlivanoğlu');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`/leads/${other}$`));
});

test('by thumb: phone in another spelling, a word of a note, Escape and the way out @both', async ({ open, winback }) => {
  const page = await open('burak');
  const lead = await make(page, winback, { name: 'Başparmak Deneme', phone: '+90 (532) 998 87 76', request: 'bir çift mandolin' });
  await visit(page, '/board');
  await page.getByRole('button', { name: 'Find', exact: true }).click();
  await isWithinThePage(page);
  await line(page).fill('0532 998 87 76');
  const hit = options(page).filter({ hasText: 'Başparmak Deneme' });
  await expect(hit).toContainText('+90 (532) 998 87 76');
  await line(page).fill('mandolin');
  await expect(hit.locator('mark')).toHaveText('mandolin');
  await isWithinThePage(page);
  await line(page).fill('qqqqqq');
  await expect(palette(page).getByRole('status')).toHaveText(words('en').nothing);
  await palette(page).getByRole('button', { name: 'Close' }).click();
  await expect(palette(page)).toHaveCount(0);
  await page.getByRole('button', { name: 'Find', exact: true }).click();
  await line(page).fill('başparmak');
  await hit.click();
  await expect(page).toHaveURL(new RegExp(`/leads/${lead}$`));
  await page.keyboard.press('Control+k');
  await page.keyboard.press('Escape');
  await expect(palette(page)).toHaveCount(0);
});

test('an answer that was overtaken is dropped', async ({ open, winback }) => {
  const page = await open('ayse');
  await make(page, winback, { name: 'Yavaş Cevap' });
  await make(page, winback, { name: 'Hızlı Cevap' });
  await visit(page, '/today');
  await page.route('**/api/search/find', async (route) => {
    if (route.request().postData()?.includes('yavaş')) await new Promise((done) => setTimeout(done, 1500));
    await route.continue();
  });
  await page.keyboard.press('Control+k');
  await line(page).fill('yavaş');
  await page.waitForRequest('**/api/search/find');
  await line(page).fill('hızlı');
  await expect(options(page).first()).toContainText('Hızlı Cevap');
  await page.waitForTimeout(1800);
  await expect(options(page).first()).toContainText('Hızlı Cevap');
  await expect(options(page).filter({ hasText: 'Yavaş Cevap' })).toHaveCount(0);
});

test('a colleague’s leads are not found, and what one may not do is not offered', async ({ open, winback }) => {
  const owner = await open('ayse');
  await make(owner, winback, { name: 'Saklı Kimse' });
  const page = await open('mert');
  await visit(page, '/today');
  await page.keyboard.press('Control+k');
  await expect(options(page).filter({ hasText: 'Import' })).toHaveCount(1);
  await line(page).fill('saklı kimse');
  await expect(palette(page).getByRole('status')).toHaveText(words('en').nothing);
  const rep = await open('burak');
  await visit(rep, '/today');
  await rep.keyboard.press('Control+k');
  await expect(options(rep).filter({ hasText: 'Settings' })).toHaveCount(1);
  await expect(options(rep).filter({ hasText: 'Import' })).toHaveCount(0);
});

test('keys lead everywhere, not while somebody types, and can be switched off', async ({ open }) => {
  const page = await open('selin');
  await visit(page, '/board');
  for (const [keys, address] of [['gt', '/today'], ['gl', '/lost'], ['go', '/losses'], ['gs', '/settings'], ['gb', '/board']]) {
    for (const key of keys) await page.keyboard.press(key);
    await expect(page).toHaveURL(new RegExp(`${address}$`));
  }
  await visit(page, '/lost');
  await page.getByRole('searchbox').focus();
  await page.keyboard.type('g/t?n');
  await expect(page.getByRole('searchbox')).toHaveValue('g/t?n');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.getByRole('searchbox').fill('');
  await page.getByRole('searchbox').blur();

  await page.keyboard.press('?');
  await expect(help(page)).toBeVisible();
  await page.keyboard.press('n');
  await expect(page.getByRole('dialog'), 'a dialog has the keys to itself').toHaveCount(1);
  await isAccessible(page);
  const single = help(page).getByRole('switch', { name: words('en').single_keys });
  await expect(single).toBeChecked();
  await single.uncheck();
  await page.keyboard.press('Escape');
  await expect(help(page)).toHaveCount(0);
  for (const key of ['?', 'n', '/', 'g', 't']) await page.keyboard.press(key);
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page).toHaveURL(/\/lost/);
  await visit(page, '/board');
  await page.keyboard.press('n');
  await expect(page.getByRole('dialog'), 'the browser remembers').toHaveCount(0);
  await page.keyboard.press('Control+k');
  await line(page).fill('shortcuts');
  await page.keyboard.press('Enter');
  await help(page).getByRole('switch').check();
  await help(page).getByRole('button', { name: 'Close' }).click();
  await page.keyboard.press('n');
  await expect(page.getByRole('dialog', { name: 'New lead' })).toBeVisible();
});

for (const [language, colorScheme] of [['tr', 'light'], ['tr', 'dark'], ['en-XB', 'dark']] as const) {
  test(`in ${language}, ${colorScheme}, accessible @both`, async ({ open, winback }) => {
    const t = words(language);
    const page = await open('isil', { colorScheme });
    await make(page, winback, { name: `Erişilir ${language}`, company: 'Uzun Adlı Bir Şirketler Topluluğu Anonim Ortaklığı' });
    await page.context().addCookies([{ name: 'i18n_pref_locale', value: language, domain: '127.0.0.1', path: '/' }]);
    await visit(page, '/board');
    await page.getByRole('button', { name: t.open, exact: true }).click();
    await expect(palette(page, t.title)).toBeVisible();
    await isAccessible(page);
    await line(page).fill('erişilir');
    await expect(options(page).first()).toContainText('Erişilir');
    await isWithinThePage(page);
    await isAccessible(page);
  });
}
