import AxeBuilder from '@axe-core/playwright';
import { expect, ready, signIn, test, visit } from '../support/test.ts';
import { Winback } from '../support/winback.ts';

test('insights of the demo data are readable, and lead to the losses that they are about @both', async ({ open }) => {
  test.setTimeout(180_000);
  const winback = await Winback.start({ filled: true });
  try {
    const page = await open(null, { baseURL: winback.url });
    await visit(page, '/sign-in');
    await signIn(page, 'admin');
    await page.waitForURL(/\/board/);
    await ready(page);
    await visit(page, '/losses/insights');
    const insight = page.locator('.insight').filter({ hasText: /With source “.?Instagram.?”, [\d.]+\s%\sof\sall that ended was unqualified/ });
    await expect(insight).toHaveCount(1);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html}`)).toEqual([]);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(page.viewportSize()?.width ?? 0);
    await page.getByLabel('How it is found').click();
    await expect(page.getByText('Comparable are runs of the same business line')).toBeVisible();

    const bar = insight.getByRole('link', { name: /Instagram/ });
    const [, unqualified] = /([\d,]+) of [\d,]+/.exec((await bar.textContent()) ?? '') ?? [];
    await bar.click();
    await expect(page).toHaveURL(/\/losses\?source=/);
    await expect(page.locator('.tile').first()).toContainText(`${unqualified} unqualified`);
    await page.close();
  } finally {
    await winback.stop();
  }
});
