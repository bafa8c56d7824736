import { expect, reload, test, visit, type Page } from '../support/test.ts';
import { card } from '../support/board.ts';

const field = (page: Page, name: string) => page.locator('.fact').filter({ has: page.locator('dt', { hasText: new RegExp(`^${name}$`) }) });
const face = (page: Page, name: string) => field(page, name).getByRole('button', { name: new RegExp(`^${name}: `) });
const input = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true });
const saved = (page: Page, name: string) => expect(field(page, name).getByRole('status')).toHaveText('Saved');

/** Opens an empty field. */
const ask = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).last().click();

async function edit(page: Page, name: string, text: string) {
  await face(page, name).click();
  await input(page, name).fill(text);
  await page.keyboard.press('Enter');
  await saved(page, name);
}

test('a value is pressed, typed over and saved by Enter; Escape gives it up; both give the focus back', async ({ open, winback }) => {
  await winback.give('ayse', [{ name: 'Yerinde Düzen' }]);
  const page = await open('ayse');
  const lead = await winback.lead('Yerinde Düzen');
  await visit(page, `/leads/${lead}`);
  await face(page, 'Name').focus();
  await page.keyboard.press('Enter');
  await expect(input(page, 'Name')).toBeFocused();
  await input(page, 'Name').fill('Başka Ad');
  await page.keyboard.press('Escape');
  await expect(face(page, 'Name')).toBeFocused();
  await expect(face(page, 'Name')).toContainText('Yerinde Düzen');
  await edit(page, 'Name', 'Yeni Ad');
  await expect(face(page, 'Name')).toBeFocused();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Yeni Ad');
  await ask(page, 'E-mail');
  await input(page, 'E-mail').fill('yeni@');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert').filter({ hasText: 'not an e-mail address' })).toBeVisible();
  await input(page, 'E-mail').fill('yeni@ad.example');
  await page.getByRole('heading', { level: 1 }).click();
  await saved(page, 'E-mail');
  await ask(page, 'Add what they asked for');
  await page.getByRole('textbox', { name: 'Request' }).fill('Two lines\nof wishes');
  await page.keyboard.press('Control+Enter');
  await expect(page.locator('.request')).toContainText('of wishes');
  await visit(page, `/leads/${lead}`);
  await expect(face(page, 'E-mail')).toContainText('yeni@ad.example');
  await expect(page.locator('.request')).toContainText('Two lines');
});

test("a colleague's edit of another field shows up and disturbs nothing; of the same field it is asked", async ({ open, winback }) => {
  await winback.give('ayse', [{ name: 'İki El' }]);
  const [page, other] = [await open('ayse'), await open('selin')];
  const lead = await winback.lead('İki El');
  await visit(page, `/leads/${lead}`);
  await visit(other, `/leads/${lead}`);
  await ask(page, 'City');
  await input(page, 'City').pressSequentially('Bur');
  await ask(other, 'Country');
  await input(other, 'Country').fill('Türkiye');
  await other.keyboard.press('Enter');
  await expect(face(page, 'Country')).toContainText('Türkiye');
  await expect(input(page, 'City')).toBeFocused();
  await page.keyboard.type('sa');
  await ask(other, 'City');
  await input(other, 'City').fill('Muğla');
  await other.keyboard.press('Enter');
  await saved(other, 'City');
  await page.keyboard.press('Enter');
  await expect(field(page, 'City').getByRole('status')).toContainText('Selin Yıldız changed this to: Muğla');
  await page.getByRole('button', { name: 'Use mine' }).click();
  await saved(page, 'City');
  await expect(face(other, 'City')).toContainText('Bursa');
  await expect(face(other, 'Country')).toContainText('Türkiye');
});

test('what does not arrive waits, is kept, and goes out once', async ({ open, winback, watch }) => {
  watch.expect(/ERR_FAILED|Failed to load|fetch/);
  await winback.give('ayse', [{ name: 'Kopan Hat' }]);
  const page = await open('ayse');
  const lead = await winback.lead('Kopan Hat');
  await visit(page, `/leads/${lead}`);
  await page.route('**/api/leads/edit', (route) => route.abort());
  await ask(page, 'City');
  await input(page, 'City').fill('Bursa');
  await page.keyboard.press('Enter');
  await expect(field(page, 'City').getByRole('status')).toHaveText('Saving…');
  await expect(face(page, 'City')).toContainText('Bursa');
  await page.unroute('**/api/leads/edit');
  await saved(page, 'City');
  expect(await winback.sql(`select count(*) from activity where lead_id = ${lead} and kind = 'edit'`)).toBe('1');
});

test('the next step is planned, done and followed in two presses, and the board shows it at once', async ({ open, winback }) => {
  await winback.give('ayse', [{ name: 'Sıradaki Adım' }]);
  const [page, board] = [await open('ayse'), await open('ayse')];
  await visit(page, `/leads/${await winback.lead('Sıradaki Adım')}`);
  await visit(board, '/board?q=siradaki');
  await expect(card(board, 'Sıradaki Adım')).toContainText('No next step');
  const panel = page.getByRole('region', { name: 'Next step' });
  await expect(panel.locator('.flag')).toBeVisible();
  await panel.getByLabel('What (optional)').fill('Ask for the plan');
  await panel.getByRole('button', { name: 'Tomorrow 9:00' }).click();
  await expect(panel.locator('.step')).toContainText('Ask for the plan');
  await expect(card(board, 'Sıradaki Adım')).toContainText('Ask for the plan');
  await panel.getByRole('button', { name: 'Done' }).click();
  await panel.getByRole('button', { name: 'Next Monday' }).click();
  await expect(panel.locator('.step')).toContainText('Call');
  await expect(card(board, 'Sıradaki Adım')).not.toContainText('Ask for the plan');
});

test('an account is made of the lead, with contacts and their roles, and tags are added and taken off', async ({ open, winback }) => {
  await winback.give('ayse', [{ name: 'Hesap Sahibi' }]);
  const page = await open('ayse');
  await visit(page, `/leads/${await winback.lead('Hesap Sahibi')}`);
  const panel = page.getByRole('region', { name: 'Account', exact: true });
  await panel.getByRole('button', { name: 'Link or create an account…' }).click();
  await panel.getByRole('button', { name: 'Create “Hesap Sahibi”' }).click();
  await expect(panel.getByRole('button', { name: /^Account: Hesap Sahibi/ })).toBeVisible();
  const contact = panel.getByRole('listitem').filter({ hasText: 'Hesap Sahibi' });
  await contact.getByRole('checkbox', { name: 'decides' }).check();
  await expect(contact.getByRole('status').filter({ hasText: 'Saved' })).toBeVisible();
  await panel.getByRole('button', { name: 'Add contact' }).click();
  await panel.getByLabel('Name', { exact: true }).last().fill('Ece Satın Alma');
  await panel.getByRole('button', { name: 'Add contact' }).click();
  await expect(panel.getByRole('listitem').filter({ hasText: 'Ece Satın Alma' })).toBeVisible();
  await page.getByLabel('Add a tag').fill('VIP');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('list', { name: 'Tags' })).toContainText('VIP');
  await page.getByRole('button', { name: 'Remove VIP' }).click();
  await expect(page.getByRole('button', { name: 'Remove VIP' })).toHaveCount(0);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

  test('with one thumb', async ({ open, winback }) => {
    await winback.give('ayse', [{ name: 'Tek Parmak' }]);
    const page = await open('ayse');
    await visit(page, `/leads/${await winback.lead('Tek Parmak')}`);
    await face(page, 'Name').tap();
    await expect(input(page, 'Name')).toBeFocused();
    await input(page, 'Name').fill('Tek Başparmak');
    await page.getByRole('heading', { name: 'Qualifiers' }).tap();
    await saved(page, 'Name');
    await page.getByRole('button', { name: 'Temperature', exact: true }).tap();
    await page.getByRole('combobox', { name: 'Temperature' }).selectOption('hot');
    await saved(page, 'Temperature');
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(360);
  });
});

test('what was written down and reloaded before its answer came is not written twice', async ({ open, winback, watch }) => {
  watch.expect(/ERR_FAILED|Failed to load resource|api\//);
  await winback.give('jan', [{ name: 'Yeniden Yüklenen' }]);
  const page = await open('jan');
  const lead = await winback.lead('Yeniden Yüklenen');
  await visit(page, `/leads/${lead}`);
  const write = async () => {
    await page.locator('.log-bar').getByRole('button', { name: 'Note' }).click();
    return page.getByRole('dialog');
  };
  const dialog = await write();
  await dialog.getByLabel('Note').fill('Sabah arayın.');
  await page.route('**/api/leads/log', async (route) => {
    await route.fetch();
    await route.abort();
  });
  await dialog.getByRole('button', { name: 'Log it' }).click();
  await expect.poll(() => winback.sql(`select count(*) from activity where lead_id = ${lead} and kind = 'note'`)).toBe('1');
  page.once('dialog', (leave) => leave.accept());
  await reload(page);
  await page.unroute('**/api/leads/log');
  const again = await write();
  await expect(again.getByLabel('Note')).toHaveValue('Sabah arayın.');
  await again.getByRole('button', { name: 'Log it' }).click();
  await expect(again).toHaveCount(0);
  expect(await winback.sql(`select count(*) from activity where lead_id = ${lead} and kind = 'note'`)).toBe('1');
});

test('many own fields of an import stand folded', async ({ open, winback }) => {
  await winback.give('jan', [{ name: 'Otuz Sütunlu' }]);
  const lead = await winback.lead('Otuz Sütunlu');
  await winback.sql(
    `update lead set custom = (select jsonb_object_agg('kaynak_' || n, 'değer ' || n) from generate_series(1, 30) as n)
     where id = ${lead} returning id`,
  );
  const page = await open('jan');
  await visit(page, `/leads/${lead}`);
  await expect(page.getByText('değer 17', { exact: true })).toBeHidden();
  await page.getByText('More from the source (30)').click();
  await expect(page.getByText('değer 17', { exact: true })).toBeVisible();
});

test('a form closed before its answer came keeps no key: the same again is written again', async ({ open, winback }) => {
  await winback.give('jan', [{ name: 'Erken Kapanan' }]);
  const page = await open('jan');
  const lead = await winback.lead('Erken Kapanan');
  await visit(page, `/leads/${lead}`);
  const write = async () => {
    await page.locator('.log-bar').getByRole('button', { name: 'Note' }).click();
    await page.getByRole('dialog').getByLabel('Note').fill('Aynı not.');
    await page.getByRole('dialog').getByRole('button', { name: 'Log it' }).click();
  };
  let answer = () => {};
  const held = new Promise<void>((go) => (answer = go));
  await page.route('**/api/leads/log', async (route) => {
    const response = await route.fetch();
    await held;
    await route.fulfill({ response });
  });
  await write();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  answer();
  const kept = () => page.evaluate(() => Object.keys(sessionStorage).filter((name) => name.includes(':log-')));
  await expect.poll(kept).toEqual([]);
  await page.unroute('**/api/leads/log');
  await write();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  expect(await winback.sql(`select count(*) from activity where lead_id = ${lead} and kind = 'note'`)).toBe('2');
});
