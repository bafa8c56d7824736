import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test, visit, type Page } from '../support/test.ts';
import { column, names } from '../support/board.ts';

const FILE = resolve(import.meta.dirname, '../../../shared/data/leads_xeducation.csv');

/** Tags of the file, as the issue maps them. */
const LOST: Record<string, number> = {
  'Competitor preferred': 20,
  'Price too high': 4,
  'Timing not suitable': 249,
  'Still thinking': 9,
  'Contact lost': 1516,
  Trust: 3,
  Unreachable: 156,
  "Needs don't match": 1138,
};
const total = Object.values(LOST).reduce((sum, leads) => sum + leads, 0);

test.describe('the real file', () => {
  test.skip(!existsSync(FILE), 'the file of X Education is not here');
  // One import for all of them.
  test.describe.configure({ mode: 'serial', timeout: 120_000 });

  const count = async (page: Page, stage: string) => Number((await column(page, stage).locator('.count').textContent())?.replace(/\D/g, ''));

  test('a dry run says what would happen, the import does it, a second one adds nothing', async ({ winback }) => {
    const before = Number(await winback.sql('select count(*) from lead'));
    const foreseen = await winback.import(FILE, 'x-education', '--dry-run');
    expect(Number(await winback.sql('select count(*) from lead'))).toBe(before);
    const summary = await winback.import(FILE, 'x-education');
    expect(Number(await winback.sql('select count(*) from lead'))).toBe(before + 9240);
    expect({ ...foreseen, dry_run: false, seconds: 0 }).toEqual({ ...summary, seconds: 0 });
    await winback.import(FILE, 'x-education');
    expect(Number(await winback.sql('select count(*) from lead'))).toBe(before + 9240);
  });

  test('the board shows the customers and the open leads of the table', async ({ open, winback }) => {
    // Whatever other tests of this worker brought along.
    const others = async (kind: string) =>
      Number(await winback.sql(`select count(*) from lead l join stage s on s.id = l.stage_id
        where s.kind = '${kind}' and l.standing_loss_id is null and l.external_system is distinct from 'x-education'`));
    const page = await open('admin');
    await visit(page, '/board');
    expect((await count(page, 'Open')) - (await others('open'))).toBe(2584);
    expect((await count(page, 'Customer')) - (await others('customer'))).toBe(3561);
    // None of the thousands is in the page before it is asked for.
    expect(await page.locator('[data-lead]').count()).toBeLessThanOrEqual(150);
    const customer = column(page, 'Customer');
    await customer.getByRole('button', { name: 'Show' }).click();
    await expect(customer.locator('[data-lead]').first()).toBeVisible();
    expect(await page.locator('[data-lead]').count()).toBeLessThanOrEqual(150);
    await expect(names(column(page, 'Open')).first()).toHaveText(/^Lead \d+$/);
  });

  test('the lost pool shows the table, and no date that nobody knows', async ({ open }) => {
    const page = await open('admin');
    await visit(page, '/lost?stage=unknown');
    const known = new Intl.NumberFormat('en-GB');
    for (const [reason, leads] of Object.entries(LOST)) {
      const chip = page.getByRole('navigation', { name: 'Reason' }).getByRole('link').filter({ hasText: reason });
      await expect(chip.locator('.num'), reason).toHaveText(known.format(leads));
    }
    await expect(page.getByRole('status').filter({ hasText: `${known.format(total)} leads` })).toBeVisible();
    await expect(page.getByText(`Page 1 of ${Math.ceil(total / 50)}`)).toBeVisible();
    const first = page.locator('tbody tr').first();
    await expect(first).toContainText('unknown');
    await expect(first.getByRole('button', { name: 'Reactivate…' })).toBeVisible();
    await page.getByRole('navigation', { name: 'Reason' }).getByRole('link').filter({ hasText: 'Trust' }).click();
    await expect(page.locator('tbody tr')).toHaveCount(3);
  });

  test('an imported loss keeps what the file said and invents nothing', async ({ open }) => {
    const page = await open('admin');
    await visit(page, '/lost?q=opp%20hangup');
    await expect(page.locator('tbody tr').first()).toContainText('Contact lost');
    await page.locator('tbody tr .lead-cell a').first().click();
    await expect(page.getByRole('article')).toContainText(/opp hangup/i);
    await expect(page.getByRole('article')).toContainText('date unknown');
    await expect(page.getByRole('article')).toContainText('unknown (imported)');
  });

  test('an imported loss is won back to the board', async ({ open }) => {
    const page = await open('admin');
    await visit(page, '/lost?stage=unknown&q=university%20not%20recognized');
    const row = page.locator('tbody tr').first();
    const name = (await row.locator('.lead-cell').textContent())?.trim() ?? '';
    await row.getByRole('button', { name: 'Reactivate…' }).click();
    const dialog = page.getByRole('dialog', { name: `Back to the pipeline: ${name}` });
    await expect(dialog.getByLabel('To which stage').locator('option').first()).toHaveText('Open (the stage it left is unknown)');
    await dialog.getByText('We saw a chance').click();
    await dialog.getByRole('button', { name: 'Bring back' }).click();
    await expect(dialog).toHaveCount(0);
    await visit(page, `/board?q=${name.replace(/\D/g, '')}`);
    await expect(names(column(page, 'Open'))).toContainText([name]);
  });
});

test('leads that an import brings appear on an open board, with their wishes respected', async ({ open, winback }) => {
  const page = await open('ayse');
  await visit(page, '/board');
  await winback.give('ayse', [{ name: 'Dosyadan Geldi', product: 'Ebru', source: 'Fuar', doNotCall: true, doNotEmail: true }]);
  await expect(names(column(page, 'Open')).first()).toHaveText('Dosyadan Geldi');
  await expect(column(page, 'Open').locator('[data-lead]').first()).toContainText('Ebru · Fuar');
  await visit(page, `/leads/${await winback.lead('Dosyadan Geldi')}`);
  await expect(page.locator('header').getByText('Do not call')).toBeVisible();
  await expect(page.locator('header').getByText('Do not e-mail')).toBeVisible();
});
