import { expect, test, visit } from '../support/test.ts';
import { card, column, dragInto, toast } from '../support/board.ts';
import { markWon, winDialog } from '../support/win.ts';

test('a card dropped on Customer is won only after amount and date, and the toast takes it back', async ({ open, winback }) => {
  await winback.give('ayse', [{ name: 'Kazanılan Bir' }]);
  const page = await open('ayse');
  await visit(page, '/board?q=kaz');
  await dragInto(page, card(page, 'Kazanılan Bir'), column(page, 'Customer'));
  const dialog = await winDialog(page);
  // Nothing is painted as won before the server says so.
  await expect(card(column(page, 'Open'), 'Kazanılan Bir')).toBeVisible();
  await dialog.getByRole('button', { name: 'Not yet' }).click();
  await expect(dialog).toBeHidden();
  await expect(card(column(page, 'Open'), 'Kazanılan Bir')).toBeVisible();
  expect(await winback.sql(`select count(*) from win w join lead l on l.id = w.lead_id where l.name = 'Kazanılan Bir'`)).toBe('0');

  await card(page, 'Kazanılan Bir').getByRole('button').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Customer' }).click();
  const again = await winDialog(page);
  await again.getByLabel('Amount').fill('viel');
  await again.getByRole('button', { name: 'Mark as won' }).click();
  await expect(again.getByText('Write the amount in digits')).toBeVisible();
  await expect(again.getByLabel('Amount')).toBeFocused();
  await markWon(page, again, '1.250,50');
  await expect(card(column(page, 'Open'), 'Kazanılan Bir')).toHaveCount(0);
  const lead = await winback.lead('Kazanılan Bir');
  expect(await winback.sql(`select amount_minor || ' ' || currency from win where lead_id = ${lead} and undone_at is null`)).toBe('125050 EUR');

  await toast(page, 'Kazanılan Bir is a customer now.').getByRole('button', { name: 'Undo' }).click();
  await expect(toast(page, 'The win of Kazanılan Bir is taken back.')).toBeVisible();
  await expect(card(column(page, 'Open'), 'Kazanılan Bir')).toBeVisible();
  expect(await winback.sql(`select count(*) from win where lead_id = ${lead} and undone_at is null`)).toBe('0');
});

test('the lead page wins, lets rest, wakes, wins again and takes back @phone', async ({ open, winback }) => {
  await winback.give('burak', [{ name: 'Sayfadan Kazanılan' }]);
  const page = await open('burak');
  const lead = await winback.lead('Sayfadan Kazanılan');
  await visit(page, `/leads/${lead}`);
  await page.getByRole('button', { name: 'Won…' }).click();
  await markWon(page, await winDialog(page), '900');
  await expect(page.locator('.badge').first()).toHaveText('Customer');
  await expect(page.getByRole('heading', { name: /^Won on / })).toBeVisible();
  await page.getByRole('button', { name: 'Set inactive' }).click();
  await expect(page.locator('.badge').first()).toHaveText('Inactive');
  await page.getByRole('button', { name: 'Active again' }).click();
  await expect(page.locator('.badge').first()).toHaveText('Customer');
  await page.getByRole('button', { name: 'Take the win back' }).click();
  await expect(page.locator('.badge').first()).toHaveText('Open');
  await expect(page.getByText(/^Taken back on .* by /)).toBeVisible();

  await page.getByRole('button', { name: 'Won…' }).click();
  await markWon(page, await winDialog(page), '800');
  await page.getByRole('button', { name: 'Win again' }).click();
  await expect(page).not.toHaveURL(new RegExp(`/leads/${lead}$`));
  await expect(page.locator('.badge').first()).toHaveText('Open');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sayfadan Kazanılan');
});

test('an answer that is lost makes no second lead of a customer who is won again', async ({ open, winback, watch }) => {
  watch.expect(/ERR_FAILED|Failed to load resource|api\//);
  await winback.give('burak', [{ name: 'İki Kez Kazanılan' }]);
  const page = await open('burak');
  const lead = await winback.lead('İki Kez Kazanılan');
  await visit(page, `/leads/${lead}`);
  await page.getByRole('button', { name: 'Won…' }).click();
  await markWon(page, await winDialog(page), '700');
  let isLost = false;
  await page.route('**/api/wins/again', async (route) => {
    if (isLost) return route.continue();
    isLost = true;
    // The server has done it; its answer never arrives.
    await route.fetch();
    await route.abort();
  });
  const again = page.getByRole('button', { name: 'Win again' });
  await again.click();
  // Whoever is impatient presses again; the button says that it waits, and does nothing.
  await expect(again).toHaveAttribute('aria-disabled', 'true');
  await again.dispatchEvent('click');
  await expect(page).not.toHaveURL(new RegExp(`/leads/${lead}$`), { timeout: 20_000 });
  expect(await winback.sql(`select count(*) from lead where name = 'İki Kez Kazanılan'`)).toBe('2');
});
