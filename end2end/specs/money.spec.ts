import { lose } from '../support/loss.ts';
import { expect, test, visit } from '../support/test.ts';

test('spend is written down, an amount that is none is said to be none, and costs appear @both', async ({ open, winback }, { project }) => {
  const name = `Spring ${project.name}`;
  await winback.sql(`insert into campaign (name, key) values ('${name}', '${name.toLowerCase()}')`);
  const page = await open('admin');
  await visit(page, '/losses/money');
  const row = page.getByRole('row').filter({ hasText: name });
  await row.getByRole('button', { name: `Enter spend: ${name}` }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Amount').fill('much');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByRole('alert')).toContainText('Write an amount');
  await dialog.getByLabel('Amount').fill('1250.50');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
  await expect(row).toContainText('1,250.5');
  await row.getByRole('button', { name: `Enter spend: ${name}` }).click();
  await expect(dialog.getByLabel('Amount'), 'it comes back to be changed').toHaveValue('1250.50');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});

test('a bar of lost value leads to the losses behind it', async ({ open, winback }) => {
  await winback.give('omer', [{ name: 'Parasal' }]);
  await winback.sql("update lead set value_minor = 450000, value_base_minor = 450000, currency = 'EUR' where name = 'Parasal'");
  await lose(await open('omer'), winback, 'Parasal', 'price_too_high');
  const page = await open('admin');
  await visit(page, '/losses/money');
  await page.getByRole('combobox', { name: 'Period' }).selectOption('this_year');
  await expect(page).toHaveURL(/\/losses\/money\?period=this_year/);
  const bar = page.locator('.money-reasons').getByRole('link', { name: /Price too high/ });
  await expect(bar).toContainText('€4,500');
  await expect(bar, 'drawn anew for the year').toHaveAttribute('href', /period=this_year/);
  await bar.click();
  await expect(page).toHaveURL(/\/losses\?(?=.*period=this_year)(?=.*reason=\d+)/);
});
