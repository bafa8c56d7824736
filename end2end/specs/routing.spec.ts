import AxeBuilder from '@axe-core/playwright';
import { expect, test, visit, type Page } from '../support/test.ts';
import { toast } from '../support/board.ts';
import type { Rep } from '../support/winback.ts';

const dialog = (page: Page) => page.locator('dialog[open]');

async function accessible(page: Page, part: string) {
  const found = await new AxeBuilder({ page }).include(part).analyze();
  expect(found.violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html}`)).toEqual([]);
}

test('a signal makes a score, the rules give the lead to somebody, and the page says why @both', async ({ open, winback }) => {
  const name = `Demo İsteyen ${test.info().project.name}`;
  await winback.give('ayse', [{ name }]);
  const lead = await winback.lead(name);
  const page = await open('admin');
  await visit(page, `/leads/${lead}`);
  const panel = page.getByRole('region', { name: 'Score' });
  await expect(panel).toContainText('Nothing is reckoned yet');
  await panel.getByRole('button', { name: 'Why this owner?' }).click();
  await expect(dialog(page)).toContainText('The rules never decided about this lead');
  await dialog(page).getByRole('button', { name: 'Close' }).click();
  await panel.getByRole('button', { name: 'Write down a signal' }).click();
  await dialog(page).getByRole('button', { name: 'Write down' }).click();
  await expect(dialog(page).getByText('Choose what they did.')).toBeVisible();
  await accessible(page, 'dialog');
  await dialog(page).getByLabel('Signal').selectOption({ label: 'Asked for a demo (High intent)' });
  await dialog(page).getByRole('button', { name: 'Write down' }).click();
  await expect(toast(page, 'Written down')).toBeVisible();
  await expect(panel).toContainText('High intent');
  await expect(panel.getByRole('row', { name: /Intent/ })).toContainText('40');
  await accessible(page, '.lead-facts');
  await expect(page.locator('.history')).toContainText('Signal · Asked for a demo');
  await panel.getByRole('button', { name: 'Let the rules decide' }).click();
  await expect(page.locator('.history')).toContainText('by the rules');
  await panel.getByRole('button', { name: 'Why this owner?' }).click();
  await expect(dialog(page)).toContainText('Asked for a demo');
  await expect(dialog(page)).toContainText('High intent');
  await expect(dialog(page).locator('.passed')).toContainText('Emre Güneş');
  await expect(dialog(page).locator('.passed')).toContainText('other tier: Senior');
  await accessible(page, 'dialog');
  const [content, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(content).toBeLessThanOrEqual(width);
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toHaveCount(0);
});

test('a new lead goes to whomever the rules choose', async ({ open, winback }) => {
  const page = await open('admin');
  await visit(page, '/board');
  await page.keyboard.press('n');
  await dialog(page).getByLabel('Name', { exact: true }).fill('Kurala Göre');
  await dialog(page).getByLabel('Responsible').selectOption({ label: 'Whoever the rules choose' });
  await dialog(page).getByRole('button', { name: /Create|Add/ }).click();
  await expect(dialog(page)).toHaveCount(0);
  const lead = await winback.lead('Kurala Göre');
  await visit(page, `/leads/${lead}`);
  await page.getByRole('region', { name: 'Score' }).getByRole('button', { name: 'Why this owner?' }).click();
  await expect(dialog(page)).toContainText('It went to');
  await expect(dialog(page)).toContainText(/waited longest for a turn|Nobody is at work/);
});

test('whoever gets a lead accepts it, or lets it pass to somebody else @both', async ({ open, winback }) => {
  const suffix = test.info().project.name;
  const names = [`Kabul Edilen ${suffix}`, `Devredilen ${suffix}`];
  const manager = await open('admin');
  const owners: Rep[] = [];
  for (const name of names) {
    await winback.give('ayse', [{ name }]);
    const lead = await winback.lead(name);
    await visit(manager, `/leads/${lead}`);
    const panel = manager.getByRole('region', { name: 'Score' });
    await panel.getByRole('button', { name: 'Write down a signal' }).click();
    await dialog(manager).getByLabel('Signal').selectOption({ label: 'Asked for a demo (High intent)' });
    await dialog(manager).getByRole('button', { name: 'Write down' }).click();
    await expect(panel).toContainText('High intent');
    await panel.getByRole('button', { name: 'Let the rules decide' }).click();
    await expect(manager.getByRole('region', { name: 'Waited for' })).toContainText('To be accepted');
    owners.push(await winback.owner(name));
  }
  const page = await open(owners[0]!);
  await visit(page, '/today');
  const line = page.locator('.notices li').filter({ hasText: names[0]! });
  await expect(line).toContainText('accept by');
  await accessible(page, '.notices');
  await line.getByRole('button', { name: 'Accept' }).click();
  await expect(toast(page, 'It is yours to work.')).toBeVisible();
  await expect(line).toHaveCount(0);
  const other = owners[1] === owners[0] ? page : await open(owners[1]!);
  await visit(other, `/leads/${await winback.lead(names[1]!)}`);
  await accessible(other, '.lead-facts');
  await other.getByRole('region', { name: 'Waited for' }).getByRole('button', { name: 'Let pass' }).click();
  await expect(toast(other, 'The rules choose somebody else.')).toBeVisible();
  await expect.poll(() => winback.owner(names[1]!)).not.toBe(owners[1]);
});

test('what the rules leave to a person is given as they propose @both', async ({ open, winback }) => {
  const name = `Tanıtılan ${test.info().project.name}`;
  await winback.give('ayse', [{ name }]);
  const page = await open('admin');
  await visit(page, `/leads/${await winback.lead(name)}`);
  const panel = page.getByRole('region', { name: 'Score' });
  await panel.getByRole('button', { name: 'Write down a signal' }).click();
  await dialog(page).getByLabel('Signal').selectOption({ label: 'Introduced by an executive (High intent)' });
  await dialog(page).getByRole('button', { name: 'Write down' }).click();
  await expect(panel).toContainText('High intent');
  await panel.getByRole('button', { name: 'Let the rules decide' }).click();
  await expect(toast(page, 'The rules have decided.')).toBeVisible();
  await visit(page, '/today');
  const line = page.locator('.reviews li').filter({ hasText: name });
  await expect(line).toContainText('The rules leave it to you');
  await accessible(page, '.reviews');
  await line.getByRole('button', { name: 'Choose…' }).click();
  await expect(dialog(page)).toContainText('To');
  await page.keyboard.press('Escape');
  await line.getByRole('button', { name: /^Give to/ }).click();
  await expect(line).toHaveCount(0);
  await expect.poll(() => winback.owner(name)).not.toBe('');
  const [content, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(content).toBeLessThanOrEqual(width);
});
