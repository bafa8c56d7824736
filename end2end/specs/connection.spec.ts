import { card, column, drag, dragInto, lostZone, middle, toast } from '../support/board.ts';
import { answerAll, attempt, lossDialog } from '../support/loss.ts';
import { call, expect, test, visit, type Page } from '../support/test.ts';
import type { Winback } from '../support/winback.ts';

const bar = (page: Page) => page.locator('.connection.down');
const NETWORK = /ERR_INTERNET_DISCONNECTED|ERR_FAILED|ERR_NETWORK_CHANGED|Failed to load resource|live|api\//;

/** Something to wait for, until it is opened. */
function gate() {
  let open = () => {};
  const isOpen = new Promise<void>((opened) => (open = opened));
  return { open, isOpen };
}

/** Moves a lead for the first time, as this page's person and without a board. */
async function move(page: Page, winback: Winback, name: string, kind: string) {
  const lead = await winback.lead(name);
  const to = Number(await winback.sql(`select min(id) from stage where kind = '${kind}'`));
  const wanted = { lead, to, above: null, below: null, seen_version: 0, key: `elsewhere-${lead}` };
  expect(await call(page, winback, 'pipeline/move_lead', { wanted })).toHaveProperty('done');
}

test('moves made without a connection wait, go out in order when it is back, and happen once', async ({ open, winback, watch }) => {
  watch.expect(NETWORK);
  await winback.give('cigdem', [{ name: 'Tünelde Kalan' }]);
  const page = await open('cigdem');
  await visit(page, '/board?q=tunelde');
  await page.context().setOffline(true);
  await dragInto(page, card(page, 'Tünelde Kalan'), column(page, 'Contacted'));
  await expect(bar(page)).toHaveText(/No connection to the server\..*1 change waits to be sent\./);
  await dragInto(page, card(page, 'Tünelde Kalan'), column(page, 'Nurturing'));
  await expect(card(column(page, 'Nurturing'), 'Tünelde Kalan')).toBeVisible();
  await page.context().setOffline(false);
  await expect(toast(page, 'Tünelde Kalan is now in Nurturing.')).toBeVisible({ timeout: 20_000 });
  await expect(bar(page)).toHaveCount(0);
  await expect(card(column(page, 'Nurturing'), 'Tünelde Kalan')).toBeVisible();
  const lead = await winback.lead('Tünelde Kalan');
  const path = `select string_agg(t.kind, ' ' order by a.id) from activity a join stage t on t.id = a.to_stage_id
                where a.lead_id = ${lead} and a.kind = 'move'`;
  expect(await winback.sql(path)).toBe('contacted nurturing');
});

test('a second move before the first is answered is no conflict with oneself', async ({ open, winback }) => {
  await winback.give('cigdem', [{ name: 'Aceleci Aday' }]);
  const page = await open('cigdem');
  await visit(page, '/board?q=aceleci');
  await page.route('**/api/pipeline/move_lead', async (route) => {
    await new Promise((late) => setTimeout(late, 1_500));
    await route.continue();
  });
  await dragInto(page, card(page, 'Aceleci Aday'), column(page, 'Contacted'));
  await dragInto(page, card(page, 'Aceleci Aday'), column(page, 'Nurturing'));
  await expect(toast(page, 'Aceleci Aday is now in Nurturing.')).toBeVisible();
  await expect(page.locator('.trouble-toast')).toHaveCount(0);
  await expect(card(column(page, 'Nurturing'), 'Aceleci Aday')).toBeVisible();
});

test('a loss that was sent without a connection is saved once it is back', async ({ open, winback, watch }) => {
  watch.expect(NETWORK);
  await winback.give('burak', [{ name: 'Asansörde Kayıp' }]);
  const page = await open('burak');
  await visit(page, '/board?q=asansorde');
  const lead = await winback.lead('Asansörde Kayıp');
  await attempt(page, winback, lead, { channel: 'email' });
  await drag(page, card(page, 'Asansörde Kayıp'), await middle(lostZone(page)));
  const dialog = lossDialog(page, 'Asansörde Kayıp');
  await answerAll(dialog, 'Trust', 'Heard bad things from a neighbour.');
  await page.context().setOffline(true);
  await dialog.getByRole('button', { name: 'Mark as lost' }).click();
  await expect(bar(page)).toBeVisible();
  await expect(dialog.locator('button[aria-disabled=true]')).toBeVisible();
  await page.context().setOffline(false);
  await expect(dialog).toHaveCount(0, { timeout: 20_000 });
  expect(await winback.sql(`select count(*) from loss where lead_id = ${lead}`)).toBe('1');
});

test('a half-filled loss survives Escape and a reload, and is gone once it is thrown away', async ({ open, winback }) => {
  await winback.give('burak', [{ name: 'Yarım Form' }]);
  const page = await open('burak');
  await visit(page, '/board?q=yarim%20form');
  const dialog = lossDialog(page, 'Yarım Form');
  const ask = async () => {
    await drag(page, card(page, 'Yarım Form'), await middle(lostZone(page)));
    await expect(dialog.getByLabel('Your observations')).toBeVisible();
  };
  await ask();
  await dialog.getByLabel('Your observations').fill('They compare us with two others.');
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await visit(page, '/board?q=yarim%20form');
  await ask();
  await expect(dialog.getByLabel('Your observations')).toHaveValue('They compare us with two others.');
  await expect(dialog.getByText('Continued from what you had typed.')).toBeVisible();
  await dialog.getByRole('button', { name: 'Keep in pipeline' }).click();
  await ask();
  await expect(dialog.getByLabel('Your observations')).toHaveValue('');
});

test('nobody closes a page with something unsent without being asked', async ({ open, winback, watch }) => {
  watch.expect(NETWORK);
  await winback.give('cigdem', [{ name: 'Gönderilmemiş' }]);
  const page = await open('cigdem');
  await visit(page, '/board?q=gonderilmemis');
  await page.route('**/api/pipeline/move_lead', (route) => route.abort());
  await dragInto(page, card(page, 'Gönderilmemiş'), column(page, 'Contacted'));
  const asked = page.waitForEvent('dialog');
  await page.close({ runBeforeUnload: true });
  const question = await asked;
  expect(question.type()).toBe('beforeunload');
  await question.accept();
});

test('a second tab, which listens through the first, misses nothing of what happens while it opens', async ({ open, winback }) => {
  await winback.give('cigdem', [{ name: 'Sekme Bir' }, { name: 'Sekme İki' }]);
  const [first, elsewhere] = [await open('cigdem'), await open('admin')];
  await visit(first, '/board?q=sekme');
  const second = await first.context().newPage();
  const [listens, asked, answered] = [gate(), gate(), gate()];
  await second.route(/\.wasm(\?|$)/, async (route) => {
    await listens.isOpen;
    await route.continue();
  });
  await second.route('**/api/live/since', async (route) => {
    const response = await route.fetch();
    asked.open();
    await answered.isOpen;
    await route.fulfill({ response });
  });
  await second.goto('/board?q=sekme', { waitUntil: 'commit' });
  await expect(card(column(second, 'Open'), 'Sekme Bir')).toBeVisible();
  await move(elsewhere, winback, 'Sekme Bir', 'contacted');
  await expect(card(column(first, 'Contacted'), 'Sekme Bir')).toBeVisible();
  listens.open();
  await asked.isOpen;
  await move(elsewhere, winback, 'Sekme İki', 'nurturing');
  await expect(card(column(first, 'Nurturing'), 'Sekme İki')).toBeVisible();
  answered.open();
  for (const page of [first, second]) {
    await expect(card(column(page, 'Contacted'), 'Sekme Bir')).toBeVisible();
    await expect(card(column(page, 'Nurturing'), 'Sekme İki')).toBeVisible();
  }
  const places = `select string_agg(s.kind, ' ' order by l.name) from lead l join stage s on s.id = l.stage_id
                  where l.name like 'Sekme %'`;
  expect(await winback.sql(places)).toBe('contacted nurturing');
});

test('a tab that hears nothing from the leading one asks the server itself', async ({ open, winback }) => {
  await winback.give('cigdem', [{ name: 'Sessiz Sekme' }]);
  const [first, elsewhere] = [await open('cigdem'), await open('admin')];
  // As if the browser had frozen it: it leads, and passes nothing on.
  await first.addInitScript(() => {
    BroadcastChannel.prototype.postMessage = () => {};
  });
  await visit(first, '/board?q=sessiz');
  const second = await first.context().newPage();
  await second.clock.install();
  await visit(second, '/board?q=sessiz');
  await move(elsewhere, winback, 'Sessiz Sekme', 'contacted');
  await expect(card(column(first, 'Contacted'), 'Sessiz Sekme')).toBeVisible();
  await expect(card(column(second, 'Open'), 'Sessiz Sekme')).toBeVisible();
  await second.clock.fastForward(50_000);
  await expect(card(column(second, 'Contacted'), 'Sessiz Sekme')).toBeVisible();
});
