import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, reload, test, visit, type Page } from '../support/test.ts';

const FILE = resolve(import.meta.dirname, '../../../shared/data/leads_xeducation.csv');
const csv = (text: string, name = 'liste.csv') => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });

const panel = (page: Page, title: string) => page.locator('section.panel').filter({ has: page.getByRole('heading', { name: title, exact: true }) });

/** Sends a file up and waits until it was looked at. */
async function sendUp(page: Page, file: string | ReturnType<typeof csv>) {
  await visit(page, '/import');
  await page.locator('input[type=file]').setInputFiles(file);
  await page.waitForURL(/file=\d+/);
}

test.describe('the import page', () => {
  test.describe.configure({ timeout: 90_000 });

  test('a rep finds neither the way nor the page', async ({ open, watch }) => {
    const page = await open('ayse');
    await visit(page, '/board');
    await expect(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Import' })).toHaveCount(0);
    watch.expect(/403/);
    await visit(page, '/import');
    await expect(page.getByRole('heading', { name: 'This is not yours to see' })).toBeVisible();
  });

  for (const size of [{ width: 1440, height: 900 }, { width: 360, height: 740 }]) {
    test(`a list is mapped, checked, imported and taken back at ${size.width} px`, async ({ open, winback }) => {
      const page = await open('admin', { viewport: size });
      const at = `${size.width}-${Date.now()}`;
      await sendUp(
        page,
        csv(
          `Leads of spring;;;\n\nNumber;Name;E-mail;Status\n${at}-1;Ada;ada-${at}@x.com;Won\n${at}-2;Bo;bo-${at}@x.com;Lost\n` +
            `${at}-3;Cy;cy-${at}@x.com;New\n;Di;di@x.com;New\n`,
          `spring-${at}.csv`,
        ),
      );
      await expect(page.getByLabel('Row with the column names')).toHaveValue('3');
      await expect(page.getByRole('combobox', { name: 'Between two cells' })).toHaveValue(';');
      await expect(panel(page, 'Columns').getByRole('combobox', { name: 'Number', exact: true })).toHaveValue('external_id');
      const check = page.getByRole('button', { name: 'Check' });
      await check.click();
      await expect(page.getByText('The value “Lost” means a loss: choose its reason.')).toBeVisible();
      await panel(page, 'What became of the leads').getByRole('combobox', { name: 'Lost', exact: true }).selectOption('lost:price_too_high');
      await expect(page.getByText('The mapping has changed since: check again.')).toBeVisible();
      await check.click();
      await expect(page.getByRole('cell', { name: 'Number is blank, and by it leads are recognised' })).toBeVisible();
      await page.getByRole('button', { name: 'Import 3 leads' }).click();
      await page.waitForURL(/run=\d+/);
      await expect(page.getByText('Done', { exact: true })).toBeVisible({ timeout: 30_000 });
      await reload(page);
      await expect(page.locator('.import-figure').filter({ hasText: 'leads came in' }).locator('dd')).toHaveText('3');
      const file = page.waitForEvent('download');
      await page.getByRole('link', { name: 'Download as CSV' }).click();
      expect((await file).suggestedFilename()).toBe(`spring-${at}-rejected.csv`);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(size.width);

      await page.getByRole('button', { name: 'Take this import back' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Take it back' }).click();
      await expect(page.getByText('3 leads were taken back.')).toBeVisible({ timeout: 30_000 });
      expect(await winback.sql(`select count(*) from lead where external_id like '${at}-%' and withdrawn_at is null`)).toBe('0');
      await visit(page, '/import');
      await expect(page.getByRole('row').filter({ hasText: `spring-${at}.csv` }).getByText('Taken back')).toBeVisible();
    });
  }

  test('it speaks Turkish, and says what is wrong with a file', async ({ open, winback }) => {
    const page = await open('selin');
    await page.context().addCookies([{ name: 'i18n_pref_locale', value: 'tr', url: winback.url }]);
    await sendUp(page, csv('ad;ad\n1;2\n'));
    await expect(page.getByText('iki sütunun adı “ad”: birini değiştirin')).toBeVisible();
    await sendUp(page, csv('Ad;Kayıt Tarihi;E-posta\nAyşe;03.02.2026;ayse@x.com\n'));
    await panel(page, 'Tarihler').getByRole('combobox', { name: 'Talebin doğduğu tarih' }).selectOption('Kayıt Tarihi');
    await expect(page.getByText('Bu sütunda gün ile ay ayırt edilemiyor')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Denetle' })).toBeDisabled();
    await panel(page, 'Tarihler').getByRole('combobox', { name: 'Yazılışı' }).selectOption('dd.mm.yyyy');
    await page.getByRole('button', { name: 'Denetle' }).click();
    await expect(page.getByRole('button', { name: '1 adayı içe aktar' })).toBeVisible();
  });

  test('the real file comes in through the page as by the command line', async ({ open, winback }) => {
    test.skip(!existsSync(FILE), 'the file of X Education is not here');
    const page = await open('admin');
    await sendUp(page, FILE);
    await page.getByRole('combobox', { name: 'Begin with' }).selectOption('x-education');
    await page.getByRole('button', { name: 'Check' }).click();
    const there = Number(await winback.sql("select count(*) from lead where external_system = 'x-education' and withdrawn_at is null"));
    const figure = (label: string) => page.locator('.import-figure').filter({ hasText: label }).locator('dd');
    if (there > 0) {
      await expect(figure('were here already')).toHaveText('9,240', { timeout: 60_000 });
      return;
    }
    await expect(figure('leads would come in')).toHaveText('9,240', { timeout: 60_000 });
    await expect(figure('customers')).toHaveText('3,561');
    await page.getByRole('button', { name: 'Import 9,240 leads' }).click();
    await page.waitForURL(/run=\d+/);
    await expect(page.getByRole('progressbar')).toBeVisible();
    await reload(page);
    await expect(page.getByText('Done', { exact: true })).toBeVisible({ timeout: 80_000 });
    await expect(figure('lost or unqualified')).toHaveText('3,095');
    await page.getByRole('button', { name: 'Take this import back' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Take it back' }).click();
    await expect(page.getByText('9,240 leads were taken back.')).toBeVisible({ timeout: 80_000 });
  });
});
