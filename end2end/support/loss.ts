import { expect, type Locator, type Page } from '@playwright/test';
import { call } from './test.ts';
import type { Winback } from './winback.ts';

export const lossDialog = (page: Page, name: string) => page.getByRole('dialog', { name: `Lost: ${name}`, exact: true });

/** One question of a dialog. */
export const question = (dialog: Locator, legend: string) => dialog.getByRole('radiogroup', { name: legend, exact: true });

/** Chooses an answer, as a mouse does. */
export async function choose(dialog: Locator, legend: string, answer: string | RegExp) {
  const option =
    typeof answer === 'string'
      ? question(dialog, legend).getByText(answer, { exact: true })
      : question(dialog, legend).locator('label').filter({ hasText: answer });
  await option.click();
}

export type Attempt = { channel: string; approach?: string; result?: string };

const key = () => crypto.randomUUID().replaceAll('-', '');

/** Writes attempts into a lead's history, as the page's person, the oldest first. */
export async function attempt(page: Page, winback: Winback, lead: number, ...attempts: Attempt[]) {
  for (const { channel, approach = 'reminder', result = 'no_answer' } of attempts) {
    await call(page, winback, 'losses/log_attempt', {
      lead,
      attempt: { channel, approach, result, at: null, note: '' },
      key: key(),
    });
  }
}

/** Fills what every loss needs, in the dialog's order, with an attempt that is logged already. */
export async function answerAll(dialog: Locator, reason: string, note = 'They chose another school.') {
  await choose(dialog, 'Why?', reason);
  await dialog.getByLabel('Said nothing').check();
  await dialog.getByLabel('Your observations').fill(note);
  await choose(dialog, 'Worth another try?', 'Low');
}

export async function markLost(page: Page, dialog: Locator) {
  const answered = page.waitForResponse((answer) => answer.url().endsWith('/api/losses/lose'));
  await dialog.getByRole('button', { name: 'Mark as lost' }).click();
  const answer = await (await answered).json();
  expect(Object.keys(answer), JSON.stringify(answer)).toEqual(['done']);
  await expect(dialog).toHaveCount(0);
}

/** Loses a lead for a reason, as the page's person; the loss's id. */
export async function lose(page: Page, winback: Winback, name: string, reason: string) {
  const lead = await winback.lead(name);
  await attempt(page, winback, lead, { channel: 'call', result: 'refused' });
  const logged = Number(await winback.sql(`select max(activity_id) from attempt where lead_id = ${lead}`));
  const answer = await call<{ done?: { lost: { loss: number } } }>(page, winback, 'losses/lose', {
    wanted: {
      lead,
      draft: {
        outcome: await winback.sql(`select outcome from loss_reason where code = '${reason}'`),
        reason: Number(await winback.sql(`select id from loss_reason where code = '${reason}'`)),
        attempt: { logged },
        same_again_because: '',
        customer: 'nothing',
        note: 'They chose another school.',
        retry_potential: 'low',
        evidence: {},
        recontact_on: null,
        override_because: '',
      },
      seen_version: Number(await winback.sql(`select move_version from lead where id = ${lead}`)),
      key: key(),
    },
  });
  expect(answer.done, JSON.stringify(answer)).toBeTruthy();
  return answer.done!.lost.loss;
}
