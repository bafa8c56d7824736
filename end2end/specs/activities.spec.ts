import AxeBuilder from '@axe-core/playwright';
import { readFileSync } from 'node:fs';
import { expect, test, visit, type Page } from '../support/test.ts';
import { toast } from '../support/board.ts';
import { choose } from '../support/loss.ts';

const words = (language: string): Record<string, string> =>
  JSON.parse(readFileSync(new URL(`../../locales/${language}/leads.json`, import.meta.url), 'utf8'));

const logPanel = (page: Page, title = 'Log') => page.getByRole('region', { name: title, exact: true });
const history = (page: Page) => page.locator('.history li');
const form = (page: Page) => page.locator('dialog[open]');

test('a call is logged by two presses, an attempt with its result @both', async ({ open, winback }) => {
  await winback.give('jan', [{ name: 'İki Basış', phone: '+90 532 444 33 22' }]);
  const page = await open('jan');
  await visit(page, `/leads/${await winback.lead('İki Basış')}`);
  await logPanel(page).getByRole('button', { name: 'Call' }).click();
  await form(page).getByRole('button', { name: 'Log it' }).click();
  await expect(history(page).filter({ hasText: 'Call from us' })).toHaveCount(1);
  await logPanel(page).getByRole('button', { name: 'Message' }).click();
  await form(page).getByLabel(/What was said/).fill('Sent the brochure.');
  await choose(form(page), 'What came of it? (makes it an attempt)', 'no answer');
  await form(page).getByRole('button', { name: 'Log it' }).click();
  await expect(form(page).getByText('Say what you tried.')).toBeVisible();
  await choose(form(page), 'With what?', 'Reminder');
  await form(page).getByRole('button', { name: 'Log it' }).click();
  await expect(history(page).filter({ hasText: 'Sent the brochure.' })).toContainText('WhatsApp · Reminder');
  const [content, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(content).toBeLessThanOrEqual(width);
});

test('calls are not offered to those who asked not to be called', async ({ open, winback }) => {
  await winback.give('jan', [{ name: 'Aramayın Lütfen', phone: '+90 532 444 33 21', email: 'a@b.example', doNotCall: true }]);
  const page = await open('jan');
  await visit(page, `/leads/${await winback.lead('Aramayın Lütfen')}`);
  await expect(page.locator('.reach-bar a[href^="tel:"]')).toHaveCount(0);
  await expect(page.locator('.reach-bar a[href="mailto:a@b.example"]')).toBeVisible();
  await expect(page.locator('.reach-bar')).toContainText('No calls');
});

test('an estimate is made, paid, and an offer follows; the history shows their figures and can be narrowed', async ({ open, winback }) => {
  await winback.give('sule', [{ name: 'Keşif Bekleyen' }]);
  const page = await open('sule');
  await visit(page, `/leads/${await winback.lead('Keşif Bekleyen')}`);
  await logPanel(page).getByRole('button', { name: 'Estimate' }).click();
  await form(page).getByLabel('Hours').fill('3,5');
  await form(page).getByLabel('Fee', { exact: true }).fill('1.250,50');
  await form(page).getByLabel(/taken off the price/).check();
  await form(page).getByRole('button', { name: 'Log it' }).click();
  const estimate = history(page).filter({ hasText: 'Estimate · 3.5 h' });
  await expect(estimate).toContainText('€1,250.50 · not paid yet · credited on winning');
  await estimate.getByRole('button', { name: 'Mark as paid today' }).click();
  await expect(toast(page, 'marked as paid')).toBeVisible();
  await expect(estimate).toContainText('paid on');
  await expect(history(page).filter({ hasText: 'Estimate paid on' })).toHaveCount(1);
  await logPanel(page).getByRole('button', { name: 'Offer' }).click();
  await form(page).getByLabel('Amount').fill('a lot');
  await form(page).getByRole('button', { name: 'Log it' }).click();
  await expect(form(page).getByText(/Write the amount in digits/)).toBeVisible();
  await form(page).getByLabel('Amount').fill('9000');
  await form(page).getByLabel(/Discount/).fill('12,5');
  await form(page).getByRole('button', { name: 'Log it' }).click();
  await expect(history(page).filter({ hasText: 'Offer · €9,000 · 12.5 % discount' })).toHaveCount(1);
  await page.getByRole('group', { name: 'Show' }).getByRole('button', { name: 'Money' }).click();
  await expect(history(page)).toHaveCount(3);
  await page.getByRole('group', { name: 'Show' }).getByRole('button', { name: 'Notes' }).click();
  await expect(page.getByText('Nothing of this kind yet.')).toBeVisible();
});

test('files are attached by choosing or dropping, and come back as they were @both', async ({ open, winback }) => {
  await winback.give('umit', [{ name: 'Belgeli Aday' }]);
  const page = await open('umit');
  await visit(page, `/leads/${await winback.lead('Belgeli Aday')}`);
  const documents = page.getByRole('region', { name: 'Documents', exact: true });
  await documents.locator('input[type=file]').setInputFiles([
    { name: 'Teklif Şubat.txt', mimeType: 'text/plain', buffer: Buffer.from('ten seats') },
    { name: 'empty.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) },
  ]);
  await expect(documents.getByRole('link', { name: 'Teklif Şubat.txt' })).toBeVisible();
  await expect(documents.locator('.uploads li').filter({ hasText: 'empty.txt' })).toContainText('is empty');
  await documents.getByRole('button', { name: 'Dismiss' }).click();
  await expect(documents.locator('.uploads li')).toHaveCount(0);
  const fetched = page.waitForEvent('download');
  await documents.getByRole('link', { name: 'Teklif Şubat.txt' }).click();
  const download = await fetched;
  expect(download.suggestedFilename()).toBe('Teklif Şubat.txt');
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks).toString()).toBe('ten seats');
  const dropped = await page.evaluateHandle(() => {
    const carried = new DataTransfer();
    carried.items.add(new File(['dropped'], 'dropped.txt', { type: 'text/plain' }));
    return carried;
  });
  await page.dispatchEvent('main', 'drop', { dataTransfer: dropped });
  await expect(documents.getByRole('link', { name: 'dropped.txt' })).toBeVisible();
  await expect(history(page).filter({ hasText: 'Document attached' })).toHaveCount(2);
});

test('a colleague logs what came in for the owner, who sees it at once', async ({ open, winback }) => {
  await winback.give('ayse', [{ name: 'Başkasının Adayı' }]);
  const lead = await winback.lead('Başkasının Adayı');
  const owner = await open('ayse');
  await visit(owner, `/leads/${lead}`);
  const page = await open('umit');
  await visit(page, `/leads/${lead}`);
  await expect(page.getByText('Başkasının Adayı')).toHaveCount(0);
  await page.getByRole('button', { name: /Log a call or message/ }).click();
  await form(page).getByLabel(/What was said/).fill('Please call back before noon.');
  await form(page).getByRole('button', { name: 'Log it' }).click();
  await expect(form(page)).toHaveCount(0);
  await expect(history(owner).filter({ hasText: 'Please call back before noon.' })).toContainText('Ümit');
});

test('in Turkish and dark, accessible @both', async ({ open, winback }) => {
  const t = words('tr');
  await winback.give('emre', [{ name: 'Türkçe Sayfa' }]);
  const page = await open('emre', { colorScheme: 'dark' });
  await page.context().addCookies([{ name: 'i18n_pref_locale', value: 'tr', domain: '127.0.0.1', path: '/' }]);
  await visit(page, `/leads/${await winback.lead('Türkçe Sayfa')}`);
  await logPanel(page, t.log_title).getByRole('button', { name: t.kind_note }).click();
  await form(page).getByLabel(t.log_note_text).fill('Sabahları aranmak istiyor.');
  const found = await new AxeBuilder({ page }).include('dialog').analyze();
  expect(found.violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html}`)).toEqual([]);
  await form(page).locator('button.primary').click();
  await expect(history(page).filter({ hasText: 'Sabahları aranmak istiyor.' })).toContainText(t.kind_note);
});
