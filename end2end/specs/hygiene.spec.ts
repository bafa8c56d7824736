import AxeBuilder from '@axe-core/playwright';
import { expect, test, visit, type Page } from '../support/test.ts';

const speak = (page: Page, language: string) =>
  page.context().addCookies([{ name: 'i18n_pref_locale', value: language, domain: '127.0.0.1', path: '/' }]);

test('tabs lead between the pages of losses, and a chosen period stays in the address @both', async ({ open }) => {
  const page = await open('admin');
  await visit(page, '/losses');
  const tabs = page.getByRole('navigation', { name: 'Losses' });
  await tabs.getByRole('link', { name: 'Reason hygiene' }).click();
  await expect(page).toHaveURL(/\/losses\/reasons/);
  await page.getByRole('combobox', { name: 'Period' }).selectOption('this_year');
  await expect(page).toHaveURL(/period=this_year/);
  await tabs.getByRole('link', { name: 'Follow-ups' }).click();
  await expect(page).toHaveURL(/\/losses\/follow-ups/);
  await expect(tabs.getByRole('link', { name: 'Follow-ups' })).toHaveAttribute('aria-current', 'page');
  await tabs.getByRole('link', { name: 'Cockpit' }).click();
  await expect(page).toHaveURL(/\/losses$/);
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const language of ['en', 'tr', 'en-XB'] as const) {
    test(`hygiene and follow-ups are accessible: ${colorScheme}, ${language} @both`, async ({ open }) => {
      test.setTimeout(60_000);
      const page = await open('admin', { colorScheme });
      await speak(page, language);
      const violations: string[] = [];
      for (const address of ['/losses/reasons', '/losses/follow-ups', '/losses/money', '/losses/decisions', '/losses/insights']) {
        await visit(page, address);
        const result = await new AxeBuilder({ page }).analyze();
        for (const violation of result.violations) {
          for (const node of violation.nodes.slice(0, 3)) {
            violations.push(`${address}: ${violation.id} at ${node.target.join(' ')}: ${node.failureSummary?.split('\n')[1]?.trim()}`);
          }
        }
        const width = page.viewportSize()?.width ?? 0;
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        if (wide > width) violations.push(`${address}: ${wide} pixels wide on ${width}`);
      }
      expect(violations).toEqual([]);
    });
  }
}
