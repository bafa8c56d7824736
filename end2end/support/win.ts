import { expect, type Locator, type Page } from '@playwright/test';

/** The win dialog, once it can be filled in. */
export async function winDialog(page: Page): Promise<Locator> {
  const dialog = page.getByRole('dialog').filter({ has: page.getByLabel(/^(Amount|Tutar)$/) });
  await expect(dialog).toBeVisible();
  return dialog;
}

/** Fills in what is asked and waits until the lead is won. Where products are offered, the first one is bought. */
export async function markWon(page: Page, dialog: Locator, amount = '1250') {
  await dialog.getByLabel(/^(Amount|Tutar)$/).fill(amount);
  const product = dialog.getByLabel(/^(Product|Ürün)$/);
  if ((await product.count()) > 0 && (await product.inputValue()) === '') await product.selectOption({ index: 1 });
  const answered = page.waitForResponse((answer) => answer.url().endsWith('/api/wins/win'));
  await dialog.getByRole('button', { name: /^(Mark as won|Kazanıldı olarak işaretle)$/ }).click();
  await answered;
  await expect(dialog).toBeHidden();
}
