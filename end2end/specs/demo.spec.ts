import { expect, ready, signIn, test, visit } from '../support/test.ts';
import { PASSWORD, Winback, addressOf } from '../support/winback.ts';

test('a demo admin is told what to do first; an admin of one’s own takes the demo data out', async ({ open, watch }) => {
  test.setTimeout(180_000);
  // Whoever goes with the data is signed out wherever they are.
  watch.expect(/401|sign-in|Failed to load/);
  const winback = await Winback.start({ filled: true });
  try {
    const made_up = await open(null, { baseURL: winback.url });
    await visit(made_up, '/sign-in');
    await signIn(made_up, 'admin');
    await made_up.waitForURL(/\/board/);
    await ready(made_up);
    await expect(made_up.getByRole('button', { name: 'Remove it…' })).toHaveCount(0);
    await made_up.getByText('How to remove it').click();
    await expect(made_up.getByRole('link', { name: 'Settings · People' })).toBeVisible();

    const own = `insert into app_user (email, email_key, name, role, password_hash, created_at)
      select 'own@firma.example', 'own@firma.example', 'Own', 'admin', password_hash, created_at
      from app_user where email = '${addressOf('admin')}'`;
    await winback.sql(own);
    const page = await open(null, { baseURL: winback.url });
    await visit(page, '/sign-in');
    await page.locator('input[name=email]').fill('own@firma.example');
    await page.locator('input[name=password]').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/board/);
    await ready(page);
    await page.getByRole('button', { name: 'Remove it…' }).click();
    await page.getByRole('button', { name: 'Remove the demo data' }).click();
    await expect(page.locator('.demo-note')).toContainText('being removed');
    await expect(page.locator('.demo-note')).toHaveCount(0, { timeout: 90_000 });
    expect(await winback.sql('select count(*) from lead')).toBe('0');
    await visit(made_up, '/board');
    await expect(made_up).toHaveURL(/sign-in/);
  } finally {
    await winback.stop();
  }
});
