import { expect, test, visit, type Page } from '../support/test.ts';
import { toast } from '../support/board.ts';

const dialog = (page: Page) => page.getByRole('dialog');
const row = (page: Page, name: string) => page.locator('.setting-row').filter({ hasText: name });

test('an admin adds a product, renames it, retires it and finds all of it in the log @both', async ({ open }, info) => {
  const [name, other] = [`Bridge ${info.project.name}`, `Crown ${info.project.name}`];
  const page = await open('admin');
  await visit(page, '/settings/products');
  await page.getByRole('button', { name: 'New: Product' }).click();
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await expect(dialog(page).getByText('Fill this in.')).toBeVisible();
  await dialog(page).getByLabel('Name').fill(name);
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await expect(dialog(page)).toHaveCount(0);
  await expect(row(page, name)).toContainText('0 leads');

  await row(page, name).getByRole('button', { name: `Edit ${name}` }).click();
  await dialog(page).getByLabel('Name').fill(other);
  await page.keyboard.press('Enter');
  await expect(row(page, other)).toBeVisible();
  await row(page, other).getByRole('button', { name: `Retire ${other}` }).click();
  await expect(row(page, other)).toContainText('Retired');

  await visit(page, '/settings');
  const changes = page.getByRole('region', { name: 'Recent changes' });
  await expect(changes).toContainText(`${name} → ${other}`);
});

test('the same name in another spelling is refused at its field', async ({ open }) => {
  const page = await open('admin');
  await visit(page, '/settings/tags');
  for (const name of ['Şikâyet', 'SIKAYET']) {
    await page.getByRole('button', { name: 'New: Tag' }).click();
    await dialog(page).getByLabel('Name').fill(name);
    await dialog(page).getByRole('button', { name: 'Save' }).click();
  }
  await expect(dialog(page).getByText('Something else has this name already')).toBeVisible();
  await expect(dialog(page).getByLabel('Name')).toHaveValue('SIKAYET');
});

test('two admins at once: the second one sees what stands, and chooses', async ({ open }) => {
  const [here, there] = [await open('admin'), await open('admin')];
  for (const page of [here, there]) {
    await visit(page, '/settings/organisation');
    await page.getByRole('button', { name: 'Edit' }).click();
  }
  await here.getByRole('dialog').getByLabel('Name').fill('First');
  await here.getByRole('button', { name: 'Save' }).click();
  await expect(here.getByRole('dialog')).toHaveCount(0);
  await there.getByRole('dialog').getByLabel('Name').fill('Second');
  await there.getByRole('button', { name: 'Save' }).click();
  await expect(there.getByRole('dialog').getByText('Deniz Aydın changed this')).toBeVisible();
  await expect(there.getByRole('dialog').getByLabel('Name')).toHaveValue('Second');
  await there.getByRole('button', { name: 'Save mine all the same' }).click();
  await expect(there.getByRole('dialog')).toHaveCount(0);
  await expect(there.locator('.setting-row')).toContainText('Second');
});

test('an invited person opens the link, sets a password and is in', async ({ open }) => {
  const page = await open('admin');
  await visit(page, '/settings/people');
  await page.getByRole('button', { name: 'New: Person' }).click();
  await dialog(page).getByLabel('Name').fill('Nil Ak');
  await dialog(page).getByLabel('E-mail').fill('nil@acme.test');
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  const link = await dialog(page).getByLabel('Link').inputValue();
  expect(link).toContain('/invitation/');
  await dialog(page).getByRole('button', { name: 'Close' }).click();
  await expect(row(page, 'Nil Ak')).toContainText('invited');

  const guest = await open(null);
  await visit(guest, new URL(link).pathname);
  await expect(guest.getByText('Nil Ak, welcome to')).toBeVisible();
  await guest.getByLabel('New password').fill('short');
  await guest.getByRole('button', { name: 'Set password and sign in' }).click();
  await expect(guest.getByText('Take at least 8 characters.')).toBeVisible();
  await guest.getByLabel('New password').fill('long enough');
  await guest.getByRole('button', { name: 'Set password and sign in' }).click();
  await expect(guest).toHaveURL(/\/board/);
  await expect(guest.locator('.me')).toHaveText('Nil Ak');
});

test('an account is closed once its leads have somebody', async ({ open, winback }) => {
  await winback.give('sule', [{ name: 'Farewell Lead' }]);
  const page = await open('admin');
  await visit(page, '/settings/people');
  await row(page, 'Şule Demir').getByRole('button', { name: 'Close account Şule Demir' }).click();
  await expect(dialog(page)).toContainText(/They leave [\d,]+ leads/);
  await dialog(page).getByRole('button', { name: 'Close account' }).click();
  await expect(dialog(page).getByText('choose who takes them over')).toBeVisible();
  await dialog(page).getByLabel('Hand over to').selectOption({ label: 'Ömer Çelik (İzmir)' });
  await dialog(page).getByRole('button', { name: 'Close account' }).click();
  await expect(toast(page, 'The account is closed.')).toBeVisible();
  await expect(row(page, 'Şule Demir')).toContainText('closed');
  await row(page, 'Şule Demir').getByRole('button', { name: 'Open account again' }).click();
  await expect(row(page, 'Şule Demir').getByRole('button', { name: 'Edit' })).toBeVisible();
});

test('the editor of reasons warns before a rep has too many to choose from', async ({ open }) => {
  const page = await open('admin');
  await visit(page, '/settings/reasons');
  for (const number of [1, 2]) {
    await page.getByRole('button', { name: 'New: Loss reason' }).click();
    await dialog(page).getByLabel('Name in English').fill(`Reason ${number}`);
    if (number === 2) await expect(dialog(page).locator('.warning')).toContainText('9 reasons');
    else await expect(dialog(page).locator('.warning')).toHaveCount(0);
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await expect(dialog(page)).toHaveCount(0);
    await expect(row(page, `Reason ${number}`)).toBeVisible();
  }
  await expect(page.locator('.offerings tr.odd').first()).toBeVisible();
});

test('a rep reads stages, sets their own absence, and finds no page of people @both', async ({ open, watch }) => {
  watch.expect(/403/);
  const page = await open('emre');
  await visit(page, '/settings');
  await expect(page.getByRole('link', { name: /^People/ })).toHaveCount(0);
  await page.getByRole('link', { name: /^Stages/ }).click();
  await expect(row(page, 'Negotiation')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Edit' })).toHaveCount(0);
  await visit(page, '/settings/me');
  await page.getByRole('button', { name: 'Edit Emre Güneş' }).click();
  await dialog(page).getByRole('button', { name: 'Add an entry' }).click();
  await dialog(page).getByLabel('First day').last().fill('2027-05-01');
  await dialog(page).getByLabel('Last day').last().fill('2027-05-09');
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await expect(row(page, 'Emre Güneş')).toContainText('2027');
  await visit(page, '/settings/people');
  await expect(page.getByText('This is not yours to see')).toBeVisible();
});

test('every section shows in Turkish @both', async ({ open, winback }) => {
  const page = await open('admin');
  await page.context().addCookies([{ name: 'i18n_pref_locale', value: 'tr', url: winback.url }]);
  await visit(page, '/settings');
  await expect(page.getByRole('heading', { level: 1, name: 'Ayarlar' })).toBeAttached();
  const sections = await page.locator('.setting-card').evaluateAll((cards) => cards.map((card) => card.getAttribute('href')));
  expect(sections.length).toBe(15);
  for (const section of sections) {
    await visit(page, section!);
    await expect(page.locator('.settings > p').first()).not.toBeEmpty();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(overflow, `${section} is not wider than the screen`).toBeLessThanOrEqual(0);
  }
});
