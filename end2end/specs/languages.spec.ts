import AxeBuilder from '@axe-core/playwright';
import type { BrowserContextOptions } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { expect, test, visit, type Open, type Page } from '../support/test.ts';
import { card, column, drag, dragInto, lostZone, middle, spoken, toast, topOf } from '../support/board.ts';
import { attempt } from '../support/loss.ts';
import type { Winback } from '../support/winback.ts';

const words = (language: string, slice: string): Record<string, string> =>
  JSON.parse(readFileSync(new URL(`../../locales/${language}/${slice}.json`, import.meta.url), 'utf8'));

const SLICES = ['shell', 'people', 'pipeline', 'losses', 'leads'];

/** A word of a language with its gaps filled. */
function say(language: string, key: string, gaps: Record<string, string> = {}) {
  const [slice, name] = key.split('.');
  const found = words(language, slice)[name];
  if (!found) throw new Error(`${language} has no ${key}`);
  return Object.entries(gaps).reduce((text, [gap, value]) => text.replaceAll(`{{ ${gap} }}`, value), found);
}

async function speak(page: Page, language: string) {
  await page.context().addCookies([
    { name: 'i18n_pref_locale', value: language, domain: '127.0.0.1', path: '/' },
  ]);
}

const STAGES = {
  tr: { open: 'Açık', contacted: 'Görüşüldü', qualified: 'Nitelikli' },
  'en-XB': { open: 'Open', contacted: 'Contacted', qualified: 'Qualified' },
} as const;

for (const language of ['tr', 'en-XB'] as const) {
  test(`the journey in ${language}`, async ({ open, winback }) => {
    const stage = STAGES[language];
    const name = `Yolcu ${language}`;
    const t = (key: string, gaps?: Record<string, string>) => say(language, key, gaps);
    await winback.give('emre', [{ name }, { name: `${name} iki` }]);
    const page = await open('emre');
    await speak(page, language);
    await visit(page, '/board');
    await expect(page.locator('html')).toHaveAttribute('lang', language);
    await expect(page.locator('html')).toHaveAttribute('dir', language === 'en-XB' ? 'rtl' : 'ltr');
    await expect(page).toHaveTitle(`${t('shell.pipeline')} · winback`);
    const [first, second] = [await column(page, stage.open).boundingBox(), await column(page, stage.contacted).boundingBox()];
    expect((first?.x ?? 0) > (second?.x ?? 0), 'stages follow the writing direction').toBe(language === 'en-XB');

    const mine = page.locator('[data-lead]').filter({ has: page.locator('a.name').getByText(name, { exact: true }) });
    let answered = page.waitForResponse((answer) => answer.url().endsWith('/api/pipeline/move_lead'));
    await dragInto(page, mine, column(page, stage.contacted));
    await answered;
    await expect(toast(page, t('pipeline.moved', { name, stage: stage.contacted }))).toBeVisible();

    // Onward is the arrow that points where reading goes.
    await mine.focus();
    await page.keyboard.press('Space');
    await expect(spoken(page)).toHaveText(t('pipeline.picked_up', { name }));
    await page.keyboard.press(language === 'en-XB' ? 'ArrowLeft' : 'ArrowRight');
    await page.keyboard.press(language === 'en-XB' ? 'ArrowLeft' : 'ArrowRight');
    await expect(spoken(page)).toContainText(stage.qualified);
    answered = page.waitForResponse((answer) => answer.url().endsWith('/api/pipeline/move_lead'));
    await page.keyboard.press('Space');
    await answered;
    await expect(column(page, stage.qualified).locator('a.name').getByText(name, { exact: true })).toBeVisible();

    const lead = await winback.lead(name);
    await attempt(page, winback, lead, { channel: 'call' });
    await drag(page, mine, await middle(lostZone(page)));
    const dialog = page.getByRole('dialog', { name: t('losses.lose_title', { name }), exact: true });
    const reason = language === 'tr' ? 'Güven' : 'Trust';
    await dialog.getByRole('radiogroup', { name: t('losses.reason_legend') }).getByText(reason, { exact: true }).click();
    await dialog.getByRole('button', { name: t('losses.mark_lost') }).click();
    await expect(dialog.getByText(t('losses.objection_retry'))).toBeVisible();
    await dialog.getByLabel(t('losses.said_nothing')).check();
    await dialog.getByLabel(t('losses.note_label')).fill('Ölçüler İçin');
    await dialog.getByRole('radiogroup', { name: t('losses.retry_legend') }).getByText(t('losses.retry_low'), { exact: true }).click();
    await dialog.getByRole('button', { name: t('losses.mark_lost') }).click();
    await expect(dialog).toHaveCount(0);
    await expect(toast(page, t('losses.lost_toast', { name }))).toBeVisible();

    await page.getByRole('link', { name: t('shell.lost_pool') }).click();
    await expect(page.getByRole('heading', { level: 1, name: t('losses.pool_title') })).toBeVisible();
    const row = page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
    await expect(row).toContainText(reason);
    await expect(row).toContainText('Ölçüler İçin');
    await row.getByRole('button', { name: t('losses.reactivate') }).click();
    const back = page.getByRole('dialog', { name: t('losses.reactivate_title', { name }) });
    await back.getByText(t('losses.cause_rep_saw_chance')).click();
    await back.getByRole('button', { name: t('losses.bring_back') }).click();
    await expect(toast(page, t('losses.undone_toast', { name }))).toBeVisible();
    await visit(page, `/leads/${lead}`);
    await expect(page.getByRole('article')).toContainText(t('losses.closure_reactivated'));
    await expect(page.locator('.history')).toContainText(t('leads.kind_reopened_at', { stage: stage.qualified }));
  });
}

test('a language chosen deep in the settings holds on every page', async ({ open }) => {
  const page = await open('admin');
  await visit(page, '/settings/products');
  await page.getByRole('button', { name: 'Türkçe' }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'tr');
  for (const elsewhere of ['/losses', '/board']) {
    await visit(page, elsewhere);
    await expect(page.locator('html')).toHaveAttribute('lang', 'tr');
  }
});

test('a drag lands under the pointer where writing goes from right to left', async ({ open, winback }) => {
  await winback.give('isil', [{ name: 'Ayna Bir' }, { name: 'Ayna İki' }]);
  const page = await open('isil');
  await speak(page, 'en-XB');
  await visit(page, '/board?q=ayna');
  const from = await middle(card(page, 'Ayna İki'));
  await page.mouse.move(from.x, from.y + 20);
  await page.mouse.down();
  const to = await topOf(column(page, 'Nurturing').locator('.cards'));
  await page.mouse.move(to.x, to.y, { steps: 8 });
  const ghost = await page.locator('.card.ghost').boundingBox();
  expect(Math.abs((ghost?.x ?? 0) + (ghost?.width ?? 0) / 2 - to.x), 'the carried card is at the pointer').toBeLessThan(140);
  await expect(column(page, 'Nurturing')).toHaveClass(/over/);
  await page.mouse.up();
  await expect(card(column(page, 'Nurturing'), 'Ayna İki')).toBeVisible();
});

test('changing the language on the board keeps what is on it', async ({ open, winback }) => {
  await winback.give('isil', [{ name: 'Dil Değişir' }]);
  const page = await open('isil');
  await visit(page, '/board?q=dil');
  await card(page, 'Dil Değişir').getByRole('button').click();
  const menu = page.getByRole('dialog');
  await expect(menu).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Türkçe' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Satış hattı' })).toBeVisible();
  await expect(column(page, 'Açık')).toBeVisible();
  await expect(page.getByRole('searchbox')).toHaveValue('dil');
  await expect(card(page, 'Dil Değişir')).toContainText('Sonraki adım yok');
  await expect(page).toHaveTitle('Satış hattı · winback');
  await page.reload();
  await expect(page.getByRole('heading', { level: 1, name: 'Satış hattı' })).toBeVisible();
});

/** Every page and dialog of the journey, by name. */
async function everyPage(page: Page, winback: Winback, see: (name: string) => Promise<void>, fresh: Page) {
  const lead = await winback.lead('Erişim Kartı');
  await visit(fresh, '/sign-in?problem=wrong');
  await see('sign-in');
  await visit(page, '/board');
  await see('board');
  await page.locator(`[data-lead="${lead}"]`).getByRole('button').click();
  await expect(page.getByRole('dialog').getByRole('button').first()).toBeVisible();
  await see('move menu');
  await page.getByRole('dialog').locator('.danger').click();
  await expect(page.locator('.loss-form')).toBeVisible();
  await see('loss dialog');
  await page.locator('.loss-form button.primary').click();
  await expect(page.locator('.loss-form [data-problem]').first()).toBeVisible();
  await see('loss dialog with objections');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await visit(page, '/lost');
  await see('lost pool');
  await page.locator('tbody tr').first().getByRole('button').first().click();
  await expect(page.locator('.loss-form')).toBeVisible();
  await see('reactivation');
  await visit(page, '/lost?q=nobody-has-this-name');
  await see('empty lost pool');
  await visit(page, `/leads/${lead}`);
  await see('lead');
  await visit(page, '/no-such-page');
  await see('not found');
}

async function prepare(open: Open, winback: Winback, options: BrowserContextOptions = {}) {
  await winback.give('umit', [{ name: 'Erişim Kartı', product: 'Ebru', source: 'Fuar', doNotCall: true }, { name: 'Erişim Kayıp' }]);
  const page = await open('umit', options);
  const lost = await winback.lead('Erişim Kayıp');
  await visit(page, '/board');
  await attempt(page, winback, await winback.lead('Erişim Kartı'), { channel: 'email' });
  await attempt(page, winback, lost, { channel: 'call', result: 'refused' });
  const reason = Number(await winback.sql(`select id from loss_reason where code = 'price_too_high'`));
  const logged = Number(await winback.sql(`select activity_id from attempt where lead_id = ${lost}`));
  const answer = await page.request.post('/api/losses/lose', {
    headers: { origin: winback.url },
    data: {
      wanted: {
        lead: lost,
        draft: {
          outcome: 'lost',
          reason,
          attempt: { logged },
          same_again_because: '',
          customer: { words: 'Çok pahalı' },
          note: 'Bütçe yok.',
          retry_potential: 'high',
          evidence: {},
          recontact_on: null,
          override_because: '',
        },
        seen_version: Number(await winback.sql(`select move_version from lead where id = ${lost}`)),
        key: crypto.randomUUID().replaceAll('-', ''),
      },
    },
  });
  expect(await answer.text()).toContain('done');
  return { page, fresh: await open(null, options) };
}

test('no English is left on Turkish pages', async ({ open, winback, watch }) => {
  watch.expect(/^404 GET|status of 404/);
  const { page, fresh } = await prepare(open, winback);
  // What English says and Turkish says otherwise; with gaps it cannot be told from data.
  const english = new Set<string>();
  for (const slice of SLICES) {
    const turkish = words('tr', slice);
    for (const [key, text] of Object.entries(words('en', slice))) {
      if (turkish[key] !== text && !text.includes('{{') && text.length > 3) english.add(text);
    }
  }
  // Fields that an import of an earlier test brought are called what their file calls them.
  const brought = await winback.sql("select coalesce(json_agg(name ->> 'en'), '[]') from custom_field");
  for (const name of JSON.parse(brought) as string[]) english.delete(name);
  const left: string[] = [];
  for (const each of [page, fresh]) await speak(each, 'tr');
  await everyPage(
    page,
    winback,
    async (name) => {
      const seen = name === 'sign-in' ? fresh : page;
      const texts = await seen.evaluate(() => {
        const found: string[] = [];
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
          const parent = walker.currentNode.parentElement;
          if (parent && !parent.closest('script, style, [lang=en]')) found.push(walker.currentNode.textContent ?? '');
        }
        for (const element of document.querySelectorAll('[aria-label], [title], [placeholder]')) {
          for (const attribute of ['aria-label', 'title', 'placeholder']) {
            const value = element.getAttribute(attribute);
            if (value) found.push(value);
          }
        }
        found.push(document.title.replace(' · winback', ''));
        return found;
      });
      for (const text of texts) if (english.has(text.trim())) left.push(`${name}: ${text.trim()}`);
    },
    fresh,
  );
  expect([...new Set(left)]).toEqual([]);
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const language of ['en', 'tr', 'en-XB'] as const) {
    test(`every page is accessible: ${colorScheme}, ${language} @both`, async ({ open, winback, watch }) => {
      test.setTimeout(120_000);
      watch.expect(/^404 GET|status of 404/);
      const { page, fresh } = await prepare(open, winback, { colorScheme });
      for (const each of [page, fresh]) await speak(each, language);
      const violations: string[] = [];
      await everyPage(
        page,
        winback,
        async (name) => {
          const seen = name === 'sign-in' ? fresh : page;
          const result = await new AxeBuilder({ page: seen }).analyze();
          for (const violation of result.violations) {
            for (const node of violation.nodes.slice(0, 3)) {
              violations.push(`${name}: ${violation.id} at ${node.target.join(' ')}: ${node.failureSummary?.split('\n')[1]?.trim()}`);
            }
          }
          const width = seen.viewportSize()?.width ?? 0;
          const wide = await seen.evaluate(() => document.documentElement.scrollWidth);
          if (wide > width) violations.push(`${name}: ${wide} pixels wide on ${width}`);
          if (process.env.WINBACK_SHOTS) {
            // The contact sheet, for looking at: WINBACK_SHOTS=1 npx playwright test languages
            await seen.screenshot({ path: `shots/${name} ${width} ${colorScheme} ${language}.png` });
          }
        },
        fresh,
      );
      expect(violations).toEqual([]);
    });
  }
}

for (const language of ['en', 'tr'] as const) {
  test(`every way in the bar on a phone is readable whole in ${language} @phone`, async ({ open }) => {
    const page = await open('selin');
    await speak(page, language);
    await visit(page, '/board');
    const ways = page.locator('.rail > a:not(.brand)');
    await expect(ways).toHaveCount(5);
    const cut = await ways.evaluateAll((links) =>
      links.filter((link) => {
        const words = document.createRange();
        words.selectNodeContents(link);
        const [text, box] = [words.getBoundingClientRect(), link.getBoundingClientRect()];
        return text.left < box.left || text.right > box.right || box.left < 0 || box.right > innerWidth || box.bottom > innerHeight;
      }).map((link) => link.textContent),
    );
    expect(cut).toEqual([]);
  });
}
