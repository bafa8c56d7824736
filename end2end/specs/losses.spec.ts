import { expect, reload, test, visit, type Page } from '../support/test.ts';
import { Finger, card, column, drag, lostZone, middle, toast } from '../support/board.ts';
import { answerAll, attempt, choose, lossDialog, markLost, question } from '../support/loss.ts';
import { markWon, winDialog } from '../support/win.ts';

const poolRow = (page: Page, name: string) => page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });

test('a card dropped on Lost is asked after in order, and is in the pool after eight inputs', async ({ open, winback }) => {
  await winback.give('ayse', [{ name: 'Sekiz Adım', product: 'İşletme' }]);
  const page = await open('ayse');
  await visit(page, '/board?q=sekiz');
  await drag(page, card(page, 'Sekiz Adım'), await middle(lostZone(page)));
  const dialog = lossDialog(page, 'Sekiz Adım');
  await expect(dialog).toBeVisible();
  await expect(dialog.locator('legend, label[for], .field > label:first-child').filter({ visible: true })).toHaveText([
    'What is it?',
    'Why?',
    'Last attempt to win them back',
    'By which channel?',
    'With what?',
    'What came of it?',
    'When',
    'What happened (optional)',
    'What did they say?',
    'Your observations',
    'Worth another try?',
  ]);
  await expect(question(dialog, 'Worth another try?').getByRole('radio', { checked: true })).toHaveCount(0);
  let inputs = 0;
  const input = async (doing: Promise<unknown>) => {
    inputs += 1;
    await doing;
  };
  await input(choose(dialog, 'Why?', 'Competitor preferred'));
  await input(choose(dialog, 'By which channel?', 'Call'));
  await input(choose(dialog, 'With what?', 'Better offer'));
  await input(choose(dialog, 'What came of it?', 'went to a competitor'));
  await input(dialog.getByLabel('Said nothing').check());
  await input(dialog.getByLabel('Your observations').fill('The other school starts sooner.'));
  await input(choose(dialog, 'Worth another try?', 'Medium'));
  await input(markLost(page, dialog));
  expect(inputs).toBeLessThanOrEqual(8);
  await expect(card(page, 'Sekiz Adım')).toHaveCount(0);
  await expect(toast(page, 'Sekiz Adım is in the lost pool')).toBeVisible();
  await visit(page, '/lost');
  const row = poolRow(page, 'Sekiz Adım');
  for (const cell of ['Competitor preferred', 'Open', 'Ayşe Yılmaz', 'The other school starts sooner.', 'Medium']) {
    await expect(row).toContainText(cell);
  }
});

test('with an attempt that is logged already, five inputs are enough', async ({ open, winback }) => {
  await winback.give('ayse', [{ name: 'Beş Adım' }]);
  const page = await open('ayse');
  await visit(page, '/board?q=bes');
  const lead = await winback.lead('Beş Adım');
  await attempt(page, winback, lead, { channel: 'call', approach: 'offer', result: 'refused' });
  await drag(page, card(page, 'Beş Adım'), await middle(lostZone(page)));
  const dialog = lossDialog(page, 'Beş Adım');
  await expect(question(dialog, 'Last attempt to win them back').getByRole('radio', { name: /^Call, .*, refused$/ })).toBeChecked();
  await choose(dialog, 'Why?', 'Price too high');
  await dialog.getByLabel('What did they say?').fill('Twice our budget');
  await dialog.getByLabel('Your observations').fill('No budget before spring.');
  await choose(dialog, 'Worth another try?', 'High');
  await markLost(page, dialog);
  await visit(page, `/leads/${lead}`);
  const episode = page.getByRole('article');
  await expect(episode.getByRole('heading')).toContainText('Price too high');
  for (const text of ['No budget before spring.', 'Twice our budget', 'Call · Better offer · refused', 'High', 'Ayşe Yılmaz']) {
    await expect(episode).toContainText(text);
  }
});

test('the whole loss by keyboard alone', async ({ open, winback }) => {
  await winback.give('burak', [{ name: 'Yalnız Tuşlar' }]);
  const page = await open('burak');
  await visit(page, '/board?q=yalniz');
  await card(page, 'Yalnız Tuşlar').focus();
  // Tab reaches the box, the name, then the menu.
  for (let press = 0; press < 3; press += 1) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  const menu = page.getByRole('dialog', { name: 'Move Yalnız Tuşlar to…' });
  await expect(menu).toBeVisible();
  await tabTo(page, 'Lost…');
  await page.keyboard.press('Enter');
  const dialog = lossDialog(page, 'Yalnız Tuşlar');
  await expect(dialog).toBeVisible();
  // Down the questions: Tab between them, arrows or the blank within.
  await expect(question(dialog, 'What is it?').getByRole('radio', { name: 'Lost' })).toBeChecked();
  await tabInto(page, 'loss-reason');
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowRight');
  await expect(question(dialog, 'Why?').getByRole('radio', { name: 'Competitor preferred' })).toBeChecked();
  for (const name of ['attempt-channel', 'attempt-approach', 'attempt-result']) {
    await tabInto(page, name);
    await page.keyboard.press('Space');
  }
  await tabTo(page, '', 'loss-words');
  await page.keyboard.type('Nothing for us');
  await tabTo(page, '', 'loss-note');
  await page.keyboard.type('Decided within a day.');
  await tabInto(page, 'loss-retry');
  await page.keyboard.press('Space');
  await tabTo(page, 'Mark as lost');
  const answered = page.waitForResponse((answer) => answer.url().endsWith('/api/losses/lose'));
  await page.keyboard.press('Enter');
  await answered;
  await expect(dialog).toHaveCount(0);
  await expect(toast(page, 'Yalnız Tuşlar is in the lost pool')).toBeVisible();
  await expect(card(page, 'Yalnız Tuşlar')).toHaveCount(0);
});

test('what is missing is said at its place, focused, and nothing typed is lost', async ({ open, winback }) => {
  await winback.give('burak', [{ name: 'Eksik Var' }]);
  const page = await open('burak');
  await visit(page, '/board?q=eksik');
  await drag(page, card(page, 'Eksik Var'), await middle(lostZone(page)));
  const dialog = lossDialog(page, 'Eksik Var');
  await dialog.getByLabel('Your observations').fill('Half an answer');
  await dialog.getByRole('button', { name: 'Mark as lost' }).click();
  await expect(dialog.getByRole('alert')).toHaveText('4 answers are still needed.');
  for (const text of [
    'Choose the reason.',
    'Choose channel, approach and result, or an exception.',
    'Write what they said, or tick that they said nothing.',
    'Say whether it is worth another try.',
  ]) {
    await expect(dialog.getByText(text)).toBeVisible();
  }
  expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('loss-reason');
  await expect(dialog.getByLabel('Your observations')).toHaveValue('Half an answer');
  await choose(dialog, 'Why?', 'Other');
  await expect(dialog.getByText('Choose the reason.')).toHaveCount(0);
  await choose(dialog, 'Last attempt to win them back', 'None: no way to reach them');
  await dialog.getByLabel('Said nothing').check();
  await choose(dialog, 'Worth another try?', 'None');
  await markLost(page, dialog);
});

test('a loss whose answer got lost is sent again and happens once', async ({ open, winback, watch }) => {
  watch.expect(/ERR_FAILED|losses\/lose/);
  await winback.give('burak', [{ name: 'Ağ Yok' }]);
  const page = await open('burak');
  await visit(page, '/board?q=ag%20yok');
  const lead = await winback.lead('Ağ Yok');
  await attempt(page, winback, lead, { channel: 'email' });
  await drag(page, card(page, 'Ağ Yok'), await middle(lostZone(page)));
  const dialog = lossDialog(page, 'Ağ Yok');
  await answerAll(dialog, 'Trust', 'Wrote a bad review.');
  let tries = 0;
  await page.route('**/api/losses/lose', async (route) => {
    tries += 1;
    if (tries > 1) return route.continue();
    // It arrives, but its answer does not.
    await route.fetch();
    await route.abort();
  });
  await dialog.getByRole('button', { name: 'Mark as lost' }).click();
  await expect(dialog).toHaveCount(0);
  expect(await winback.sql(`select count(*) from loss where lead_id = ${lead}`)).toBe('1');
});

test('Escape and Keep in pipeline leave the lead where it is', async ({ open, winback }) => {
  await winback.give('cigdem', [{ name: 'Kalsın Burada' }]);
  const page = await open('cigdem');
  await visit(page, '/board?q=kalsin');
  const dialog = lossDialog(page, 'Kalsın Burada');
  for (const leave of [() => page.keyboard.press('Escape'), () => dialog.getByRole('button', { name: 'Keep in pipeline' }).click()]) {
    await drag(page, card(page, 'Kalsın Burada'), await middle(lostZone(page)));
    await expect(dialog.getByRole('button', { name: 'Mark as lost' })).toBeVisible();
    await leave();
    await expect(dialog).toHaveCount(0);
    await expect(card(column(page, 'Open'), 'Kalsın Burada')).toBeVisible();
  }
});

test('an excuse is refused until it has been worked', async ({ open, winback }) => {
  await winback.give('cigdem', [{ name: 'Bahane Var' }]);
  const page = await open('cigdem');
  await visit(page, '/board?q=bahane');
  const lead = await winback.lead('Bahane Var');
  await attempt(page, winback, lead, { channel: 'call' });
  const dialog = lossDialog(page, 'Bahane Var');
  await drag(page, card(page, 'Bahane Var'), await middle(lostZone(page)));
  await answerAll(dialog, 'Contact lost');
  const missing = dialog.getByText('An excuse more often than a reason. Still missing: 2 attempts, at least 1 of them on a channel not used yet.');
  await expect(missing.filter({ visible: true })).toBeVisible();
  await dialog.getByRole('button', { name: 'Mark as lost' }).click();
  await expect(dialog.getByRole('alert')).toHaveText('1 answer is still needed.');
  await expect(dialog.getByLabel('As a manager: why without these attempts?')).toHaveCount(0);
  await dialog.getByRole('button', { name: 'Keep in pipeline' }).click();
  expect(await winback.sql(`select count(*) from loss where lead_id = ${lead}`)).toBe('0');
  // Worked on other channels, it may be chosen.
  await attempt(page, winback, lead, { channel: 'email' }, { channel: 'whatsapp', approach: 'offer' });
  await drag(page, card(page, 'Bahane Var'), await middle(lostZone(page)));
  await answerAll(dialog, 'Contact lost');
  await expect(dialog.getByText('An excuse more often than a reason: 3 attempts on 3 channels done, so it may be chosen.')).toBeVisible();
  await markLost(page, dialog);
});

test('a manager may do without the attempts, with a reason', async ({ open, winback }) => {
  await winback.give('cigdem', [{ name: 'Amir Bilir' }]);
  const page = await open('selin');
  await visit(page, '/board?q=amir');
  const lead = await winback.lead('Amir Bilir');
  await drag(page, card(page, 'Amir Bilir'), await middle(lostZone(page)));
  const dialog = lossDialog(page, 'Amir Bilir');
  await choose(dialog, 'Last attempt to win them back', 'None: no way to reach them');
  await answerAll(dialog, 'Still thinking');
  await dialog.getByRole('button', { name: 'Mark as lost' }).click();
  await expect(dialog.getByRole('alert')).toHaveText('1 answer is still needed.');
  await dialog.getByLabel('As a manager: why without these attempts?').fill('Known to me for years');
  await dialog.getByRole('button', { name: 'In 3 months' }).click();
  await expect(dialog.getByLabel('Try again on (optional)')).toHaveValue(/^\d{4}-\d\d-\d\d$/);
  await markLost(page, dialog);
  await visit(page, `/leads/${lead}`);
  await expect(page.getByRole('article')).toContainText('Selin Yıldız: Known to me for years');
  await expect(page.getByRole('article')).toContainText('Çiğdem Arslan');
});

test('the same way again has to be explained', async ({ open, winback }) => {
  await winback.give('emre', [{ name: 'Yine Aynı' }]);
  const page = await open('emre');
  await visit(page, '/board?q=yine');
  await attempt(page, winback, await winback.lead('Yine Aynı'), { channel: 'call' }, { channel: 'call' });
  await drag(page, card(page, 'Yine Aynı'), await middle(lostZone(page)));
  const dialog = lossDialog(page, 'Yine Aynı');
  await answerAll(dialog, 'Price too high');
  await dialog.getByRole('button', { name: 'Mark as lost' }).click();
  await expect(dialog.getByText('Say why the same way was tried again.')).toBeVisible();
  await dialog.getByLabel('Same channel and approach as the time before: why?').fill('They asked to be called.');
  await markLost(page, dialog);
});

test('evidence is asked where the reason needs it, and reasons follow what the lead is', async ({ open, winback }) => {
  await winback.give('emre', [{ name: 'Küçük Şirket' }], 'company');
  await winback.give('emre', [{ name: 'Küçük Kişi' }]);
  const page = await open('emre');
  await visit(page, '/board?q=kucuk');
  await drag(page, card(page, 'Küçük Kişi'), await middle(lostZone(page)));
  const person = lossDialog(page, 'Küçük Kişi');
  await choose(person, 'What is it?', 'Unqualified');
  await expect(question(person, 'Why?').locator('label')).toHaveText([
    "Needs don't match",
    'Unreachable',
    'Estimate only',
    'Not in our range',
  ]);
  await person.getByRole('button', { name: 'Keep in pipeline' }).click();
  await drag(page, card(page, 'Küçük Şirket'), await middle(lostZone(page)));
  const dialog = lossDialog(page, 'Küçük Şirket');
  await choose(dialog, 'What is it?', 'Unqualified');
  await choose(dialog, 'Last attempt to win them back', 'None: they asked not to be contacted');
  await answerAll(dialog, 'Too small or too big');
  const mark = dialog.getByRole('button', { name: 'Mark as unqualified' });
  await dialog.getByLabel('Estimated yearly turnover').fill('a lot');
  await mark.click();
  await expect(dialog.getByText('Write a whole number, such as 250000.')).toBeVisible();
  await expect(dialog.getByText('This is needed for the reason.')).toBeVisible();
  await dialog.getByLabel('Estimated yearly turnover').fill('120 000');
  await dialog.getByLabel('What the estimate rests on').fill('Trade register');
  await mark.click();
  await expect(dialog).toHaveCount(0);
  await visit(page, '/lost?q=kucuk');
  await expect(poolRow(page, 'Küçük Şirket')).toContainText('Too small or too big');
  await expect(poolRow(page, 'Küçük Şirket')).toContainText('Unqualified');
});

test('who asked not to be called is not offered a call', async ({ open, winback }) => {
  await winback.give('emre', [{ name: 'Arama Beni', doNotCall: true }]);
  const page = await open('emre');
  await visit(page, '/board?q=arama');
  await drag(page, card(page, 'Arama Beni'), await middle(lostZone(page)));
  const channels = question(lossDialog(page, 'Arama Beni'), 'By which channel?');
  await expect(channels.getByRole('radio', { name: 'E-mail' })).toHaveCount(1);
  await expect(channels.getByRole('radio', { name: 'Call' })).toHaveCount(0);
});

test('the toast takes a loss back as a mistake', async ({ open, winback }) => {
  await winback.give('irem', [{ name: 'Yanlış Oldu' }]);
  const page = await open('irem');
  await visit(page, '/board?q=yanlis');
  const lead = await winback.lead('Yanlış Oldu');
  await attempt(page, winback, lead, { channel: 'sms' });
  await drag(page, card(page, 'Yanlış Oldu'), await middle(lostZone(page)));
  const dialog = lossDialog(page, 'Yanlış Oldu');
  await answerAll(dialog, 'Other');
  await markLost(page, dialog);
  await toast(page, 'Yanlış Oldu is in the lost pool').getByRole('button', { name: 'Undo' }).click();
  await expect(toast(page, 'Yanlış Oldu is back in the pipeline')).toBeVisible();
  await visit(page, '/board?q=yanlis');
  await expect(card(column(page, 'Open'), 'Yanlış Oldu')).toBeVisible();
  await visit(page, `/leads/${lead}`);
  await expect(page.getByRole('article')).toContainText('Reversed as a mistake');
});

test('after the toast’s Undo the card is on the board again by itself', async ({ open, winback }) => {
  await winback.give('irem', [{ name: 'Hemen Dön' }]);
  const page = await open('irem');
  await visit(page, '/board');
  await attempt(page, winback, await winback.lead('Hemen Dön'), { channel: 'sms' });
  await drag(page, card(page, 'Hemen Dön'), await middle(lostZone(page)));
  const dialog = lossDialog(page, 'Hemen Dön');
  await answerAll(dialog, 'Other');
  await markLost(page, dialog);
  await expect(card(page, 'Hemen Dön')).toHaveCount(0);
  await toast(page, 'Hemen Dön is in the lost pool').getByRole('button', { name: 'Undo' }).click();
  await expect(card(column(page, 'Open'), 'Hemen Dön')).toBeVisible();
});

test('lost, found in the pool, won back to a chosen stage, and lost again: all of it stays in its history', async ({ open, winback }) => {
  await winback.give('isil', [{ name: 'Gider Gelir' }]);
  const page = await open('isil');
  await visit(page, '/board?q=gider');
  const lead = await winback.lead('Gider Gelir');
  await attempt(page, winback, lead, { channel: 'call' });
  await drag(page, card(page, 'Gider Gelir'), await middle(lostZone(page)));
  await answerAll(lossDialog(page, 'Gider Gelir'), 'Timing not suitable', 'Exams until June.');
  await markLost(page, lossDialog(page, 'Gider Gelir'));

  await page.getByRole('link', { name: 'Lost pool' }).click();
  await page.getByRole('searchbox', { name: 'Search names, numbers and notes' }).fill('EXAMS until');
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(page).toHaveURL(/\/lost\?q=/);
  await expect(page.getByRole('status').filter({ hasText: '1 lead' })).toBeVisible();
  await poolRow(page, 'Gider Gelir').getByRole('button', { name: 'Reactivate…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Back to the pipeline: Gider Gelir' });
  await dialog.getByRole('button', { name: 'Bring back' }).click();
  await expect(dialog.getByText('Say what brings them back.')).toBeVisible();
  await choose(dialog, 'What brings them back?', 'The customer came back');
  await dialog.getByLabel('To which stage').selectOption({ label: 'Qualified' });
  await dialog.getByLabel('Note (optional)').fill('Wrote to us.');
  await dialog.getByRole('button', { name: 'Bring back' }).click();
  await expect(toast(page, 'Gider Gelir is back in the pipeline')).toBeVisible();
  await expect(poolRow(page, 'Gider Gelir')).toHaveCount(0);

  await visit(page, '/board?q=gider');
  await expect(card(column(page, 'Qualified'), 'Gider Gelir')).toBeVisible();
  await drag(page, card(page, 'Gider Gelir'), await middle(lostZone(page)));
  const again = lossDialog(page, 'Gider Gelir');
  await expect(question(again, 'Last attempt to win them back').getByRole('radio', { name: /^Call/ }), 'attempts of the run before do not count').toHaveCount(0);
  await choose(again, 'By which channel?', 'Meeting');
  await choose(again, 'With what?', 'Alternative');
  await choose(again, 'What came of it?', 'refused');
  await answerAll(again, 'Price too high', 'The fee is final.');
  await markLost(page, again);

  await visit(page, `/leads/${lead}`);
  const episodes = page.getByRole('article');
  await expect(episodes).toHaveCount(2);
  await expect(episodes.filter({ hasText: 'Timing not suitable' })).toContainText('Reactivated');
  await expect(episodes.filter({ hasText: 'Timing not suitable' })).toContainText('The customer came back');
  await expect(episodes.filter({ hasText: 'Price too high' })).toContainText('Qualified');
  const history = page.locator('.history li');
  for (const text of ['Imported', 'Taken off the board, from Open', 'Back on the board, in Qualified', 'Taken off the board, from Qualified']) {
    await expect(history.filter({ hasText: text })).toHaveCount(1);
  }
});

test('the lead’s own page loses, logs and brings back', async ({ open, winback }) => {
  await winback.give('jan', [{ name: 'Kendi Sayfası' }]);
  const page = await open('jan');
  const lead = await winback.lead('Kendi Sayfası');
  await visit(page, `/leads/${lead}`);
  await page.getByRole('button', { name: 'Log attempt…' }).click();
  const log = page.getByRole('dialog', { name: 'Attempt to reach them · Kendi Sayfası' });
  await choose(log, 'By which channel?', 'WhatsApp');
  await log.getByRole('button', { name: 'Log it' }).click();
  await expect(log.getByRole('alert')).toHaveText('Say what came of it.');
  await choose(log, 'What came of it? (makes it an attempt)', 'thinking about it');
  await choose(log, 'With what?', 'New argument');
  await log.getByRole('button', { name: 'Log it' }).click();
  await expect(log).toHaveCount(0);
  await expect(page.locator('.history')).toContainText('WhatsApp · New argument · thinking about it');
  await page.getByRole('button', { name: 'Lose…' }).click();
  const dialog = lossDialog(page, 'Kendi Sayfası');
  await answerAll(dialog, 'Trust');
  await markLost(page, dialog);
  await expect(page.locator('.badge.lost')).toContainText('Lost on');
  await page.getByRole('button', { name: 'Bring back…' }).click();
  const back = page.getByRole('dialog', { name: 'Back to the pipeline: Kendi Sayfası' });
  await choose(back, 'What is it?', 'It was a mistake');
  await back.getByRole('button', { name: 'Bring back' }).click();
  await expect(page.locator('.badge.lost')).toHaveCount(0);
  await expect(page.getByRole('article')).toContainText('Reversed as a mistake');
});

test('the pool is filtered, sorted and paged in its address', async ({ open, winback }) => {
  const people = Array.from({ length: 60 }, (_, at) => ({ name: `Havuz ${String(at).padStart(2, '0')}` }));
  people[0].name = 'Çınar Havuz Harf';
  people[1].name = 'Cem Havuz Harf';
  people[2].name = 'Ilgaz Havuz Harf';
  people[3].name = 'İlke Havuz Harf';
  people[4].name = 'Zeki Havuz Harf';
  await winback.give('omer', people);
  const page = await open('omer');
  await visit(page, '/lost');
  const reasons = await winback.sql(`select string_agg(id::text, ',' order by position) from loss_reason where code in ('price_too_high', 'trust')`);
  const [price, trust] = reasons.split(',').map(Number);
  const leads = (await winback.sql(`select string_agg(id::text, ',' order by id) from lead where name like '%Havuz%'`)).split(',').map(Number);
  for (const [at, lead] of leads.entries()) {
    const answer = await page.request.post('/api/losses/lose', {
      headers: { origin: winback.url },
      data: {
        wanted: {
          lead,
          draft: {
            outcome: 'lost',
            reason: at % 3 === 0 ? trust : price,
            attempt: { excepted: 'unreachable' },
            same_again_because: '',
            customer: 'nothing',
            note: `Note ${at}`,
            retry_potential: 'low',
            evidence: {},
            recontact_on: null,
            override_because: '',
          },
          seen_version: Number(await winback.sql(`select move_version from lead where id = ${lead}`)),
          key: crypto.randomUUID().replaceAll('-', ''),
        },
      },
    });
    expect(await answer.text()).toContain('done');
  }
  await visit(page, '/lost?q=havuz');
  await expect(page.getByRole('status').filter({ hasText: '60 leads' })).toBeVisible();
  const rows = page.locator('tbody tr');
  await expect(rows).toHaveCount(50);
  await expect(page.getByText('Page 1 of 2')).toBeVisible();
  await page.getByRole('link', { name: 'Next' }).click();
  await expect(page).toHaveURL(/page=2/);
  await expect(rows).toHaveCount(10);
  await page.getByRole('columnheader', { name: 'Lead' }).getByRole('link').click();
  await expect(page).toHaveURL(/sort=name/);
  await expect(page.getByRole('columnheader', { name: 'Lead' })).toHaveAttribute('aria-sort', 'ascending');
  await expect(rows).toHaveCount(50);
  await page.getByRole('link', { name: /^Trust/ }).click();
  await expect(page).toHaveURL(/reason=\d+/);
  await expect(page.getByRole('status').filter({ hasText: '20 leads' })).toBeVisible();
  await expect(page.getByRole('link', { name: /^Trust 20$/ })).toHaveAttribute('aria-current', 'true');
  await expect(page.getByRole('link', { name: /^Price too high 40$/ })).toBeVisible();
  await reload(page);
  await expect(page.getByRole('status').filter({ hasText: '20 leads' })).toBeVisible();
  await page.getByRole('link', { name: 'Clear all filters' }).click();
  await expect(page).not.toHaveURL(/reason=|q=/);
  // Turkish letters stand where a Turkish reader looks for them: C before Ç, I before İ, Z last.
  await page.getByRole('button', { name: 'Türkçe' }).click();
  await visit(page, '/lost?q=harf&sort=name&order=up');
  await expect(rows.locator('.lead-cell')).toHaveText(
    ['Cem', 'Çınar', 'Ilgaz', 'İlke', 'Zeki'].map((name) => `${name} Havuz Harf`),
  );
});

test('a lead lost in one browser leaves the board and enters the pool of the others', async ({ open, winback }) => {
  await winback.give('omer', [{ name: 'Herkes Görür' }]);
  const [here, board, pool] = [await open('omer'), await open('mert'), await open('admin')];
  await visit(here, '/board');
  await visit(board, '/board');
  await visit(pool, '/lost?q=herkes');
  await expect(card(board, 'Herkes Görür')).toBeVisible();
  await attempt(here, winback, await winback.lead('Herkes Görür'), { channel: 'call' });
  await drag(here, card(here, 'Herkes Görür'), await middle(lostZone(here)));
  await answerAll(lossDialog(here, 'Herkes Görür'), 'Other');
  await markLost(here, lossDialog(here, 'Herkes Görür'));
  await expect(card(board, 'Herkes Görür')).toHaveCount(0);
  await expect(poolRow(pool, 'Herkes Görür')).toBeVisible();
});

test('of two who lose the same lead at once, one does and the other is told', async ({ open, winback }) => {
  await winback.give('ayse', [{ name: 'Çifte Kayıp' }]);
  const [rep, manager] = [await open('ayse'), await open('selin')];
  const lead = await winback.lead('Çifte Kayıp');
  for (const page of [rep, manager]) {
    await visit(page, '/board?q=cifte');
    if (page === rep) await attempt(page, winback, lead, { channel: 'call' });
  }
  for (const page of [rep, manager]) {
    await drag(page, card(page, 'Çifte Kayıp'), await middle(lostZone(page)));
    await answerAll(lossDialog(page, 'Çifte Kayıp'), 'Other');
  }
  let release = () => {};
  const managerIsDone = new Promise<void>((done) => (release = done));
  await rep.route('**/api/losses/lose', async (route) => {
    await managerIsDone;
    await route.continue();
  });
  await lossDialog(rep, 'Çifte Kayıp').getByRole('button', { name: 'Mark as lost' }).click();
  await markLost(manager, lossDialog(manager, 'Çifte Kayıp'));
  release();
  await expect(
    rep.getByText(/Selin Yıldız took this lead off the board meanwhile|This lead is lost already/).first(),
  ).toBeVisible();
  expect(await winback.sql(`select count(*) from loss where lead_id = ${lead}`)).toBe('1');
});

test('a lead that moved while its loss was written is lost with one more press', async ({ open, winback }) => {
  await winback.give('ayse', [{ name: 'Taşındı Bile' }]);
  const [rep, manager] = [await open('ayse'), await open('selin')];
  const lead = await winback.lead('Taşındı Bile');
  await visit(rep, '/board?q=tasindi');
  await visit(manager, '/board?q=tasindi');
  await attempt(rep, winback, lead, { channel: 'call' });
  await drag(rep, card(rep, 'Taşındı Bile'), await middle(lostZone(rep)));
  const dialog = lossDialog(rep, 'Taşındı Bile');
  await answerAll(dialog, 'Other', 'Kept while others move.');
  const moved = manager.waitForResponse((answer) => answer.url().endsWith('/api/pipeline/move_lead'));
  await card(manager, 'Taşındı Bile').getByRole('button').click();
  await manager.getByRole('dialog').getByRole('button', { name: 'Qualified' }).click();
  await moved;
  await dialog.getByRole('button', { name: 'Mark as lost' }).click();
  await expect(dialog.getByRole('alert')).toHaveText(
    /^Selin Yıldız moved this lead meanwhile \(.+\): it is now in Qualified\. Your answers are kept: check them and press again\.$/,
  );
  await expect(dialog.getByLabel('Your observations')).toHaveValue('Kept while others move.');
  await markLost(rep, dialog);
});

test('a customer cannot be lost', async ({ open, winback }) => {
  await winback.give('sule', [{ name: 'Bizim Müşteri' }]);
  const page = await open('sule');
  await visit(page, '/board?q=bizim');
  await card(page, 'Bizim Müşteri').getByRole('button').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Customer' }).click();
  await markWon(page, await winDialog(page));
  await visit(page, `/leads/${await winback.lead('Bizim Müşteri')}`);
  await expect(page.locator('.badge')).toHaveText('Customer');
  await expect(page.getByRole('button', { name: 'Lose…' })).toHaveCount(0);
});

test('a thumb loses a lead too @phone', async ({ open, winback }) => {
  await winback.give('umit', [{ name: 'Baş Parmak' }]);
  const page = await open('umit');
  await visit(page, '/board?q=bas%20parmak');
  await attempt(page, winback, await winback.lead('Baş Parmak'), { channel: 'call' });
  const finger = await Finger.on(page);
  await finger.drag(card(page, 'Baş Parmak'), await middle(lostZone(page)));
  const dialog = lossDialog(page, 'Baş Parmak');
  await expect(dialog).toBeVisible();
  const box = await dialog.boundingBox();
  expect(box?.x).toBeGreaterThanOrEqual(0);
  expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(360);
  await question(dialog, 'Why?').getByText('Price too high', { exact: true }).tap();
  await dialog.getByText('Said nothing').tap();
  await dialog.getByLabel('Your observations').fill('By thumb.');
  await question(dialog, 'Worth another try?').getByText('High', { exact: true }).tap();
  await markLost(page, dialog);
  await visit(page, '/lost?q=bas%20parmak');
  await expect(poolRow(page, 'Baş Parmak')).toContainText('By thumb.');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
});

/** Presses Tab until the focus is on a control with this text or id. */
async function tabTo(page: Page, text: string, id = '') {
  for (let presses = 0; presses < 40; presses += 1) {
    const is = await page.evaluate(() => ({
      text: document.activeElement?.textContent?.trim() ?? '',
      id: document.activeElement?.id ?? '',
    }));
    if (id ? is.id === id : is.text === text) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${text || id}`);
}

/** Presses Tab until the focus is on a radio button of this group. */
async function tabInto(page: Page, group: string) {
  for (let presses = 0; presses < 40; presses += 1) {
    if ((await page.evaluate(() => document.activeElement?.getAttribute('name'))) === group) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${group}`);
}


test('a lost lead is asked again on its day: planned in the dialog, changed and dropped from the pool', async ({ open, winback }) => {
  await winback.give('omer', [{ name: 'Yeniden Sor', doNotCall: true }]);
  const page = await open('omer');
  await visit(page, '/board?q=yeniden%20sor');
  const lead = await winback.lead('Yeniden Sor');
  await attempt(page, winback, lead, { channel: 'email' });
  await drag(page, card(page, 'Yeniden Sor'), await middle(lostZone(page)));
  const dialog = lossDialog(page, 'Yeniden Sor');
  await answerAll(dialog, 'Timing not suitable', 'After the summer.');
  await dialog.getByRole('button', { name: 'In 3 months' }).click();
  // They asked not to be called: the channel is not offered.
  await expect(question(dialog, 'How').getByText('Call', { exact: true })).toHaveCount(0);
  await choose(dialog, 'How', 'WhatsApp');
  await expect(dialog.getByLabel('Who asks').locator('option:checked')).toHaveText(/Ömer/);
  await markLost(page, dialog);
  expect(await winback.sql(`select channel from recontact where lead_id = ${lead} and ended_at is null`)).toBe('whatsapp');

  await visit(page, '/lost?q=yeniden%20sor');
  await expect(poolRow(page, 'Yeniden Sor')).toContainText('WhatsApp');
  await poolRow(page, 'Yeniden Sor').getByRole('button', { name: 'Ask again…' }).click();
  const plan = page.getByRole('dialog', { name: 'When is Yeniden Sor asked again?' });
  await plan.getByLabel('Ask again on').fill(await winback.sql(`select (now() at time zone 'Europe/Istanbul')::date`));
  await plan.getByRole('button', { name: 'Plan it' }).click();
  await expect(plan).toBeHidden();
  await page.getByRole('link', { name: /^Due to ask again/ }).click();
  await expect(page).toHaveURL(/recontact=due/);
  await expect(poolRow(page, 'Yeniden Sor')).toBeVisible();

  await poolRow(page, 'Yeniden Sor').getByRole('button', { name: 'Ask again…' }).click();
  await plan.getByRole('button', { name: 'Do not ask again' }).click();
  await expect(plan).toBeHidden();
  await expect(poolRow(page, 'Yeniden Sor')).toHaveCount(0);
  expect(await winback.sql(`select string_agg(ending, ' ' order by id) from recontact where lead_id = ${lead}`)).toBe('moved dropped');
});
