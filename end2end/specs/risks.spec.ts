import AxeBuilder from '@axe-core/playwright';
import { expect, test, visit, type Page } from '../support/test.ts';
import { card, toast } from '../support/board.ts';
import { attempt, choose } from '../support/loss.ts';

const form = (page: Page) => page.locator('dialog[open]');
const line = (page: Page, name: string) => page.locator('.today-line').filter({ has: page.getByRole('link', { name, exact: true }) });

async function accessible(page: Page, part: string) {
  const found = await new AxeBuilder({ page }).include(part).analyze();
  expect(found.violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html}`)).toEqual([]);
}

test('a refusal marks card and page; the rep answers and the mark goes until the next one @both', async ({ open, winback }) => {
  await winback.give('jan', [{ name: 'Vazgeçen Aday', phone: '+90 532 444 33 22' }]);
  const lead = await winback.lead('Vazgeçen Aday');
  const page = await open('jan');
  await visit(page, '/board');
  await expect(card(page, 'Vazgeçen Aday').locator('.risk')).toHaveCount(0);
  await attempt(page, winback, lead, { channel: 'call', result: 'refused' });
  // Live, without a reload.
  await expect(card(page, 'Vazgeçen Aday').locator('.risk')).toContainText('Refused');
  await expect(card(page, 'Vazgeçen Aday')).toContainText('1 attempt');
  await visit(page, `/leads/${lead}`);
  const panel = page.getByRole('region', { name: 'At risk' });
  await expect(panel).toContainText('Refused');
  await accessible(page, '.risk-panel');
  await panel.getByRole('button', { name: 'Decide…' }).click();
  await choose(form(page), 'What do you make of it?', 'Still alive');
  await form(page).getByRole('button', { name: 'Save' }).click();
  await expect(form(page).getByText('Write why it is still alive.')).toBeVisible();
  await form(page).getByLabel('Why is it still alive?').fill('They meant the old price.');
  await accessible(page, 'dialog');
  await form(page).getByRole('button', { name: 'Save' }).click();
  await expect(form(page)).toHaveCount(0);
  await expect(panel).toHaveCount(0);
  await expect(page.locator('.history li').filter({ hasText: 'At risk, still alive · Refused' })).toContainText('They meant the old price.');
  await attempt(page, winback, lead, { channel: 'whatsapp', result: 'competitor' });
  await expect(panel).toContainText('Named a competitor');
  await panel.getByRole('button', { name: 'Decide…' }).click();
  await choose(form(page), 'What do you make of it?', 'Plan a win-back');
  await form(page).getByRole('button', { name: /Tomorrow/ }).click();
  await form(page).getByLabel('What (optional)').fill('Show the new model');
  await form(page).getByRole('button', { name: 'Save' }).click();
  await expect(form(page)).toHaveCount(0);
  await expect(page.locator('.next-step')).toContainText('Show the new model');
  const [content, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(content).toBeLessThanOrEqual(width);
});

test('a lead at risk stands in the day, and can be lost from there', async ({ open, winback }) => {
  await winback.give('omer', [{ name: 'Kaybedilecek Aday' }]);
  const lead = await winback.lead('Kaybedilecek Aday');
  const page = await open('omer');
  await visit(page, '/today');
  await attempt(page, winback, lead, { channel: 'call', result: 'refused' });
  await expect(line(page, 'Kaybedilecek Aday').locator('.risk')).toContainText('Refused');
  await line(page, 'Kaybedilecek Aday').getByRole('button', { name: 'Decide…' }).click();
  await form(page).getByRole('button', { name: 'Lose it…' }).click();
  await expect(page.getByRole('dialog', { name: 'Lost: Kaybedilecek Aday' })).toBeVisible();
});

test('a manager sees what is at risk with its value, and narrows it', async ({ open, winback }) => {
  await winback.give('sule', [{ name: 'Değerli Aday' }, { name: 'Küçük Aday' }]);
  const page = await open('mert');
  for (const [name, value, result] of [['Değerli Aday', 900000, 'refused'], ['Küçük Aday', 1000, 'competitor']] as const) {
    const lead = await winback.lead(name);
    await winback.sql(`update lead set value_minor = ${value}, currency = 'EUR', value_base_minor = ${value} where id = ${lead} returning id`);
    await attempt(page, winback, lead, { channel: 'call', result });
  }
  await visit(page, '/today');
  await page.getByRole('link', { name: 'Leads at risk' }).click();
  await expect(page.getByRole('heading', { name: 'At risk', exact: true })).toBeVisible();
  const names = page.locator('.risk-list .today-what > a');
  await expect(names.filter({ hasText: 'Değerli Aday' })).toBeVisible();
  await page.getByRole('link', { name: /^Named a competitor/ }).click();
  await expect(page).toHaveURL(/signal=competitor/);
  await expect(names.filter({ hasText: 'Değerli Aday' })).toHaveCount(0);
  await expect(line(page, 'Küçük Aday')).toContainText('€10');
  await accessible(page, 'main');
});

test('colleagues are mentioned by keyboard and find it in their day until they have seen it', async ({ open, winback }) => {
  await winback.give('isil', [{ name: 'Anmalı Aday' }]);
  const lead = await winback.lead('Anmalı Aday');
  const page = await open('isil');
  await visit(page, `/leads/${lead}`);
  await page.getByRole('region', { name: 'Log', exact: true }).getByRole('button', { name: 'Note' }).click();
  const text = form(page).getByRole('textbox').first();
  await text.pressSequentially('Please look @bura');
  // Burak works in the other team: he is shown, and cannot be picked.
  await expect(form(page).getByRole('option', { name: /Burak/ })).toHaveAttribute('aria-disabled', 'true');
  for (let letter = 0; letter < 4; letter += 1) await page.keyboard.press('Backspace');
  await text.pressSequentially('mert');
  await expect(form(page).getByRole('option', { name: /Mert/ })).toHaveAttribute('aria-selected', 'true');
  await accessible(page, 'dialog');
  await page.keyboard.press('Enter');
  await expect(text).toHaveValue('Please look @Mert Kaya ');
  await form(page).getByRole('button', { name: 'Log it' }).click();
  await expect(page.locator('.history li').first()).toContainText('mentioned Mert Kaya');
  const mert = await open('mert');
  await visit(mert, '/today');
  const found = mert.locator('.for-me li').filter({ hasText: 'Anmalı Aday' });
  await expect(found).toContainText('mentioned you');
  await found.getByRole('button', { name: 'Seen' }).click();
  await expect(found).toHaveCount(0);
});

test('a rep asks for a discount, the manager answers in their day, and both stand on the lead @both', async ({ open, winback }) => {
  await winback.give('umit', [{ name: 'İndirim İsteyen' }]);
  const lead = await winback.lead('İndirim İsteyen');
  const page = await open('umit');
  await visit(page, `/leads/${lead}`);
  await page.getByRole('button', { name: 'Ask a manager…' }).click();
  await choose(form(page), 'What do you need?', 'A discount');
  await form(page).getByLabel('How much').fill('12,5');
  await form(page).getByLabel('Why is it worth it?').fill('They would sign today.');
  await accessible(page, 'dialog');
  await form(page).getByRole('button', { name: 'Ask', exact: true }).click();
  await expect(toast(page, 'Asked.')).toBeVisible();
  const questions = page.getByRole('region', { name: 'Questions' });
  await expect(questions).toContainText('Discount asked: 12.5 %');
  const mert = await open('mert');
  await visit(mert, '/today');
  const asked = mert.locator('.for-me li').filter({ hasText: 'İndirim İsteyen' });
  await expect(asked).toContainText('asks for a discount of 12.5 %');
  await asked.getByRole('button', { name: 'Answer…' }).click();
  await form(mert).getByRole('button', { name: 'Answer', exact: true }).click();
  await expect(form(mert).getByRole('alert'), 'nobody agrees by saying nothing').toContainText('Say whether you agree');
  await choose(form(mert), 'Your answer', 'Agreed');
  await form(mert).getByLabel('Your words').fill('Ten at most.');
  await form(mert).getByRole('button', { name: 'Answer', exact: true }).click();
  await expect(asked).toHaveCount(0);
  // The rep's open page shows it at once.
  await expect(questions).toContainText('Mert Kaya: Agreed');
  await expect(page.locator('.history li').filter({ hasText: 'Question answered: agreed' })).toContainText('Ten at most.');
  await visit(page, '/today');
  const answered = page.locator('.for-me li').filter({ hasText: 'İndirim İsteyen' });
  await expect(answered).toContainText('Ten at most.');
  await answered.getByRole('button', { name: 'Seen' }).click();
  await expect(answered).toHaveCount(0);
});

for (const where of ['today', 'lead'] as const) {
  test(`coming back from a call to ${where} the app asks what came of it, also after a reload @both`, async ({ open, winback }) => {
    const name = where === 'today' ? 'Aranan Aday' : 'Sayfadan Aranan';
    await winback.give('jan', [{ name, phone: '+90 532 000 11 22' }]);
    const lead = await winback.lead(name);
    await winback.sql(
      `update lead set next_step = 'Ara', next_step_channel = 'call', next_step_due = now() - interval '1 minute' where id = ${lead} returning id`,
    );
    const page = await open('jan');
    await visit(page, where === 'today' ? '/today' : `/leads/${lead}`);
    // No telephone here: the press is real, the dialling is not.
    await page.evaluate(() => document.addEventListener('click', (event) => {
      if ((event.target as Element).closest('a[href^="tel:"]')) event.preventDefault();
    }));
    const link = where === 'today' ? line(page, name).locator('a.main[href^="tel:"]') : page.locator('.reach-bar a[href^="tel:"]');
    await link.click();
    await expect(form(page)).toHaveCount(0);
    await page.reload();
    await expect(form(page)).toContainText(`How did it go? ${name}`);
    await expect(form(page).locator('input[name=attempt-channel]:checked')).toHaveCount(1);
    await accessible(page, 'dialog');
    await choose(form(page), 'With what?', 'Reminder');
    await choose(form(page), 'What came of it?', 'no answer');
    await form(page).getByRole('button', { name: 'Log it' }).click();
    await expect(form(page)).toHaveCount(0);
    const logged = await winback.sql(`select channel || ' ' || result from attempt where lead_id = ${lead}`);
    expect(logged).toBe('call no_answer');
    // It was asked once.
    await page.reload();
    await page.waitForTimeout(1_500);
    await expect(form(page)).toHaveCount(0);
  });
}

test('coming back to the open page asks, too', async ({ open, winback }) => {
  await winback.give('omer', [{ name: 'Dönen Aday', phone: '+90 532 000 11 55' }]);
  const page = await open('omer');
  await visit(page, `/leads/${await winback.lead('Dönen Aday')}`);
  await page.evaluate(() => document.addEventListener('click', (event) => {
    if ((event.target as Element).closest('a.reach')) event.preventDefault();
  }));
  await page.locator('.reach-bar a[href*="wa.me"]').click();
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true })));
  await expect(form(page)).toContainText('How did it go? Dönen Aday');
  await expect(form(page)).toContainText('WhatsApp');
  await page.keyboard.press('Escape');
  await expect(form(page)).toHaveCount(0);
});
