import { expect, test, visit } from '../support/test.ts';
import { Winback } from '../support/winback.ts';

test('an empty installation is set up once, through the link in its log @both', async ({ open }) => {
  const winback = await Winback.start({ empty: true });
  try {
    const link = /\/setup\?token=[\w-]+/.exec(winback.log())?.[0];
    expect(link, winback.log()).toBeTruthy();
    const page = await open(null, { baseURL: winback.url });
    await visit(page, '/board');
    await expect(page).toHaveURL(/\/setup$/);
    await expect(page.getByText('Open the link that winback printed')).toBeVisible();

    await visit(page, link!);
    await page.getByLabel("Organisation's name").fill('Acme');
    await page.getByLabel('Base currency').selectOption('TRY');
    await page.getByLabel('Your name').fill('Deniz Aydın');
    await page.getByLabel('E-mail').fill('deniz@acme.test');
    await page.getByLabel('New password').fill('short');
    await page.getByRole('button', { name: 'Set up and sign in' }).click();
    await expect(page.getByText('Take at least 8 characters.').first()).toBeVisible();
    await expect(page.getByLabel('Your name')).toHaveValue('Deniz Aydın');
    await page.getByLabel('New password').fill('long enough');
    await page.getByRole('button', { name: 'Set up and sign in' }).click();

    await expect(page).toHaveURL(/\/settings$/);
    const checklist = page.getByRole('region', { name: 'Next steps' });
    await expect(checklist.getByRole('link')).toHaveCount(3);
    await checklist.getByRole('link', { name: 'Invite the people you work with' }).click();
    await expect(page).toHaveURL(/\/settings\/people$/);

    const late = await open(null, { baseURL: winback.url });
    await late.goto(link!);
    await expect(late).toHaveURL(/\/sign-in/);
  } finally {
    await winback.stop();
  }
});
