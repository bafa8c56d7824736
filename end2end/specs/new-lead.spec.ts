import AxeBuilder from '@axe-core/playwright';
import { readFileSync } from 'node:fs';
import { call, expect, test, visit, type Page } from '../support/test.ts';
import { column, names, toast } from '../support/board.ts';
import { choose } from '../support/loss.ts';

const dialog = (page: Page, name = 'New lead') => page.getByRole('dialog', { name, exact: true });

const words = (language: string): Record<string, string> =>
  JSON.parse(readFileSync(new URL(`../../locales/${language}/leads.json`, import.meta.url), 'utf8'));

async function isWithinThePage(page: Page) {
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(content, 'nothing sticks out at the side').toBeLessThanOrEqual(window);
}

test('from any page by one key, and it stands on top of the first column for everybody at once', async ({ open }) => {
  const board = await open('ayse');
  await visit(board, '/board');
  const page = await open('ayse');
  await visit(page, '/lost');
  await page.keyboard.press('n');
  await expect(dialog(page)).toBeVisible();
  await page.keyboard.type('Nuri Hızlı');
  await dialog(page).getByLabel('Phone').fill('0533 111 22 33');
  await dialog(page).getByLabel(/in their words/).fill('Ten seats by March, please.');
  await choose(dialog(page), 'First next step (optional)', 'Tomorrow 9:00');
  await dialog(page).getByRole('button', { name: 'Create' }).click();
  await expect(toast(page, 'Created: Nuri Hızlı')).toBeVisible();
  await expect(names(column(board, 'Open')).first()).toHaveText('Nuri Hızlı');
  await toast(page, 'Created').getByRole('button', { name: 'Open' }).click();
  await expect(page.getByRole('heading', { name: 'Nuri Hızlı', level: 1 })).toBeVisible();
  await expect(page.getByText('Ten seats by March, please.')).toBeVisible();
});

test('the key is a letter where somebody types @both', async ({ open }) => {
  const page = await open('burak');
  await visit(page, '/board');
  const search = page.getByRole('searchbox');
  await search.focus();
  await page.keyboard.type('nnn');
  await expect(search).toHaveValue('nnn');
  await expect(dialog(page)).toHaveCount(0);
});

test('on a phone, with what is wrong said at its field @both', async ({ open }) => {
  const page = await open('burak');
  await visit(page, '/board');
  await page.getByRole('button', { name: 'New lead' }).click();
  await isWithinThePage(page);
  await dialog(page).getByRole('button', { name: 'Create' }).click();
  await expect(dialog(page).getByText(/one of them is needed/)).toBeVisible();
  await dialog(page).getByLabel('E-mail').fill('nobody');
  await dialog(page).getByRole('button', { name: 'Create' }).click();
  await expect(dialog(page).getByText(/This is no e-mail address/)).toBeVisible();
  await dialog(page).getByLabel('E-mail').fill(`phone.${Date.now()}@example.com`);
  await dialog(page).getByRole('button', { name: 'Create' }).click();
  await expect(toast(page, 'Created: phone.')).toBeVisible();
  await expect(dialog(page)).toHaveCount(0);
});

test('a lead that is here already is named while somebody types; a colleague’s only by who owns it', async ({ open, winback }) => {
  const page = await open('cigdem');
  await visit(page, '/board');
  const lead = { name: 'İkiz Kardeş', company: '', phone: '+90 532 777 66 55', email: '', direction: 'inbound', source: null, product: null, request: '', holder: null, step: null };
  const made = await call<{ done: { lead: number } }>(page, winback, 'leads/create', { wanted: lead, key: crypto.randomUUID() });
  await page.keyboard.press('n');
  await dialog(page).getByLabel('Phone').fill('0532 777 66 55');
  const twins = dialog(page).locator('.twins');
  await expect(twins.getByRole('link', { name: 'İkiz Kardeş' })).toHaveAttribute('href', `/leads/${made.done.lead}`);
  await expect(twins).toContainText('same phone number');
  await expect(dialog(page).getByRole('button', { name: 'Create anyway' })).toBeVisible();

  const other = await open('umit');
  await visit(other, '/board');
  await other.keyboard.press('n');
  await dialog(other).getByLabel('Phone').fill('0532 777 66 55');
  const masked = dialog(other).locator('.twins');
  await expect(masked).toContainText('Çiğdem Arslan');
  await expect(masked).not.toContainText('İkiz');
});

test('what was typed survives Escape and a reload', async ({ open }) => {
  const page = await open('irem');
  await visit(page, '/board');
  await page.keyboard.press('n');
  await dialog(page).getByLabel('Name').fill('Yarım Kalan');
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toHaveCount(0);
  await visit(page, '/lost');
  await page.keyboard.press('n');
  await expect(dialog(page).getByLabel('Name')).toHaveValue('Yarım Kalan');
  await dialog(page).getByRole('button', { name: 'Cancel' }).click();
  await page.keyboard.press('n');
  await expect(dialog(page).getByLabel('Name')).toHaveValue('');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`in Turkish, ${colorScheme}, accessible @both`, async ({ open }) => {
    const t = words('tr');
    const page = await open('isil', { colorScheme });
    await page.context().addCookies([{ name: 'i18n_pref_locale', value: 'tr', domain: '127.0.0.1', path: '/' }]);
    await visit(page, '/board');
    await page.getByRole('button', { name: t.new_lead }).click();
    await expect(dialog(page, t.new_lead)).toBeVisible();
    await isWithinThePage(page);
    const found = await new AxeBuilder({ page }).include('dialog').analyze();
    expect(found.violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html}`)).toEqual([]);
    const name = `Türkçe Aday ${colorScheme}`;
    await dialog(page, t.new_lead).getByLabel(t.name, { exact: true }).fill(name);
    await dialog(page, t.new_lead).getByRole('button', { name: t.create, exact: true }).click();
    await expect(toast(page, t.created_toast.replace('{{ name }}', name))).toBeVisible();
  });
}
