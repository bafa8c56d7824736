import AxeBuilder from '@axe-core/playwright';
import { expect, reload, test, visit, type Page } from '../support/test.ts';
import { Finger, card, carry, column, drag, dragInto, middle, names, spoken, toast, topOf } from '../support/board.ts';
import { answerAll, attempt, choose } from '../support/loss.ts';

const bar = (page: Page) => page.getByRole('group', { name: 'Chosen leads' });
const dialog = (page: Page) => page.getByRole('dialog');
const undo = (page: Page) => page.keyboard.press('Control+z');

test.describe('several at once', () => {
  test('chosen cards are dragged together, and one key takes all of it back', async ({ open, winback }) => {
    await winback.give('ayse', [{ name: 'Birlik Bir' }, { name: 'Birlik İki' }, { name: 'Birlik Üç' }]);
    const page = await open('ayse');
    await visit(page, '/board?q=birlik');
    const [from, to] = [column(page, 'Open'), column(page, 'Qualified')];
    await card(from, 'Birlik Bir').click({ modifiers: ['Control'], position: { x: 20, y: 100 } });
    await card(from, 'Birlik Üç').click({ modifiers: ['Control'], position: { x: 20, y: 100 } });
    await expect(bar(page)).toContainText('2 leads');
    await carry(page, card(from, 'Birlik Bir'), await middle(to));
    await expect(page.locator('.card.ghost')).toHaveText('2 leads');
    await page.mouse.up();
    await expect(names(to)).toHaveText(['Birlik Bir', 'Birlik Üç']);
    await expect(names(from)).toHaveText(['Birlik İki']);
    await expect(toast(page, '2 leads are now in Qualified.')).toBeVisible();
    await expect(bar(page)).toHaveCount(0);
    await undo(page);
    await expect(names(from)).toHaveText(['Birlik Bir', 'Birlik İki', 'Birlik Üç']);
    await reload(page);
    await expect(names(from), 'the server says so, too').toHaveText(['Birlik Bir', 'Birlik İki', 'Birlik Üç']);
  });

  test('by keyboard: arrows go from card to card, x chooses, m moves', async ({ open, winback }) => {
    await winback.give('burak', [{ name: 'Tuş Bir' }, { name: 'Tuş İki' }, { name: 'Tuş Üç' }]);
    const page = await open('burak');
    await visit(page, '/board?q=tu%C5%9F');
    await card(page, 'Tuş Bir').focus();
    await page.keyboard.press('x');
    await expect(spoken(page)).toHaveText('1 chosen.');
    await page.keyboard.press('ArrowDown');
    await expect(card(page, 'Tuş İki')).toBeFocused();
    await page.keyboard.press('x');
    await page.keyboard.press('m');
    await dialog(page).getByRole('button', { name: 'Nurturing' }).click();
    await expect(names(column(page, 'Nurturing'))).toHaveText(['Tuş Bir', 'Tuş İki']);
    await card(page, 'Tuş Üç').focus();
    await page.keyboard.press('ArrowRight');
    await expect(card(page, 'Tuş Bir')).toBeFocused();
    // On a card's name the keys are the card's, and Escape chooses nothing any more.
    await card(page, 'Tuş Üç').getByRole('link').focus();
    await page.keyboard.press('x');
    await expect(bar(page)).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(bar(page)).toHaveCount(0);
    await card(page, 'Tuş Üç').getByRole('checkbox').check();
    await expect(bar(page)).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(bar(page)).toHaveCount(0);
  });

  test('who takes a move back by key finds the focus on the card again', async ({ open, winback }) => {
    await winback.give('burak', [{ name: 'Odak Geri' }]);
    const page = await open('burak');
    await visit(page, '/board?q=odak');
    // From the card's name, too: while it is carried, Enter drops it and opens nothing.
    await card(page, 'Odak Geri').getByRole('link').focus();
    for (const key of [' ', 'ArrowRight', 'Enter']) await page.keyboard.press(key);
    await expect(toast(page, 'Odak Geri is now in Contacted.')).toBeVisible();
    await page.keyboard.press('Control+z');
    await expect(names(column(page, 'Open'))).toHaveText(['Odak Geri']);
    await expect(card(page, 'Odak Geri')).toBeFocused();
  });

  test('several are lost with one answer; the note says that it is shared; one key brings them back', async ({ open, winback }) => {
    await winback.give('cigdem', [{ name: 'Kayıp Bir' }, { name: 'Kayıp İki' }]);
    const page = await open('cigdem');
    for (const name of ['Kayıp Bir', 'Kayıp İki']) await attempt(page, winback, await winback.lead(name), { channel: 'call' });
    await visit(page, '/board?q=kay%C4%B1p');
    for (const name of ['Kayıp Bir', 'Kayıp İki']) await card(page, name).getByRole('checkbox').check({ force: true });
    await bar(page).getByRole('button', { name: 'Lost…' }).click();
    await expect(dialog(page)).toContainText('Together with 1 more');
    await answerAll(dialog(page), 'Trust');
    await dialog(page).getByRole('button', { name: 'Mark as lost' }).click();
    await expect(toast(page, '2 leads are lost.')).toBeVisible();
    await expect(card(page, 'Kayıp')).toHaveCount(0);
    const shared = "select count(*) from loss s join lead l on l.id = s.lead_id where l.name like 'Kayıp %' and s.note_shared_by = 2";
    expect(await winback.sql(shared)).toBe('2');
    await undo(page);
    await expect(names(column(page, 'Open'))).toHaveCount(2);
  });

  test('a next step for several, and back again', async ({ open, winback }) => {
    await winback.give('emre', [{ name: 'Adım Bir' }, { name: 'Adım İki' }]);
    const page = await open('emre');
    await visit(page, '/board?q=ad%C4%B1m');
    await card(page, 'Adım Bir').click({ modifiers: ['Control'], position: { x: 20, y: 100 } });
    await card(page, 'Adım İki').click({ modifiers: ['Shift'], position: { x: 20, y: 100 } });
    await bar(page).getByRole('button', { name: 'Next step…' }).click();
    await dialog(page).getByLabel('What (optional)').fill('Send the price list');
    await dialog(page).getByRole('button', { name: 'Tomorrow' }).click();
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await expect(page.locator('[data-lead]').getByText('Send the price list')).toHaveCount(2);
    await undo(page);
    await expect(page.locator('[data-lead]').getByText('No next step')).toHaveCount(2);
  });

  test('a manager gives several to somebody for one reason, and takes them back', async ({ open, winback }) => {
    await winback.give('irem', [{ name: 'Devir Bir' }, { name: 'Devir İki' }]);
    const owner = "select string_agg(distinct u.email, ',') from lead l join app_user u on u.id = l.owner_id where l.name like 'Devir %'";
    const before = await winback.sql(owner);
    const page = await open('admin');
    await visit(page, '/board?q=devir');
    for (const name of ['Devir Bir', 'Devir İki']) await card(page, name).getByRole('checkbox').check({ force: true });
    await bar(page).getByRole('button', { name: 'Assign…' }).click();
    await dialog(page).getByLabel('To whom').selectOption({ label: 'Jan Novák (İzmir)' });
    await dialog(page).getByRole('button', { name: 'Assign', exact: true }).click();
    await expect(dialog(page).getByText('Say why')).toBeVisible();
    await dialog(page).getByLabel('Why').fill('Speaks Czech');
    await dialog(page).getByRole('button', { name: 'Assign', exact: true }).click();
    await expect(toast(page, '2 leads are assigned.')).toBeVisible();
    expect(await winback.sql(owner)).toBe('jan@demo.winback');
    const reason = "select count(*) from activity a join lead l on l.id = a.lead_id where l.name like 'Devir %' and a.body = 'Speaks Czech'";
    expect(await winback.sql(reason)).toBe('2');
    await undo(page);
    await expect(toast(page, '2 leads are back')).toBeVisible();
    expect(await winback.sql(owner)).toBe(before);
  });
});

test('a folded column opens under a card that rests on it, and folds again when the card goes on', async ({ open, winback }) => {
  await winback.give('omer', [{ name: 'Katlı Kart' }]);
  const page = await open('omer');
  await visit(page, '/board');
  const customer = column(page, 'Customer');
  await expect(customer).toHaveClass(/folded/);
  await carry(page, card(page, 'Katlı Kart'), await middle(customer));
  await expect(customer).not.toHaveClass(/folded/);
  const away = await middle(column(page, 'Contacted'));
  await page.mouse.move(away.x, away.y, { steps: 5 });
  await expect(customer).toHaveClass(/folded/);
  await page.keyboard.press('Escape');
  await page.mouse.up();
});

test('a column that would refuse the card says why before it is dropped', async ({ open, winback }) => {
  await winback.give('omer', [{ name: 'Pasif Olamaz' }]);
  const page = await open('omer');
  await visit(page, '/board');
  await carry(page, card(page, 'Pasif Olamaz'), await middle(column(page, 'Inactive')));
  await expect(column(page, 'Inactive')).toContainText('Only a customer can become inactive.');
  await page.keyboard.press('Escape');
  await page.mouse.up();
});

test('a look is kept under a name, shared, and found again', async ({ open, winback }) => {
  await winback.give('jan', [{ name: 'Bakış Bir' }]);
  const page = await open('jan');
  await visit(page, '/board');
  await page.getByRole('combobox', { name: 'Order' }).selectOption('clock');
  await expect(page).toHaveURL(/sort=clock/);
  await column(page, 'Nurturing').getByRole('button', { name: 'Fold' }).click();
  await expect(column(page, 'Nurturing')).toHaveClass(/folded/);
  await expect(page).toHaveURL(/fold=/);
  await page.getByRole('button', { name: 'Views' }).click();
  await dialog(page).getByRole('button', { name: 'Save view' }).click();
  await expect(dialog(page).getByText('Give it a name.')).toBeVisible();
  await dialog(page).getByLabel('Name').fill('By the clock');
  await dialog(page).getByLabel('Everybody may see it').check();
  await dialog(page).getByRole('button', { name: 'Save view' }).click();
  await expect(toast(page, 'By the clock is saved.')).toBeVisible();
  const other = await open('sule');
  await visit(other, '/board');
  await other.getByRole('button', { name: 'Views' }).click();
  await dialog(other).getByRole('link', { name: 'By the clock (Jan Novák)' }).click();
  await expect(other).toHaveURL(/sort=clock/);
  await expect(column(other, 'Nurturing')).toHaveClass(/folded/);
  await reload(other);
  await expect(column(other, 'Nurturing')).toHaveClass(/folded/);
});

test('in another order than its own a column puts a card where it belongs', async ({ open, winback }) => {
  await winback.give('ayse', [{ name: 'Değer Az' }, { name: 'Değer Çok' }, { name: 'Değer Orta' }]);
  for (const [name, value] of [['Az', 100], ['Çok', 90000], ['Orta', 5000]] as const) {
    await winback.sql(`update lead set value_minor = ${value}, currency = 'EUR', value_base_minor = ${value} where name = 'Değer ${name}'`);
  }
  const page = await open('ayse');
  await visit(page, '/board?q=de%C4%9Fer&sort=value');
  await expect(names(column(page, 'Open'))).toHaveText(['Değer Çok', 'Değer Orta', 'Değer Az']);
  for (const name of ['Değer Az', 'Değer Çok']) await dragInto(page, card(page, name), column(page, 'Contacted'));
  await expect(names(column(page, 'Contacted'))).toHaveText(['Değer Çok', 'Değer Az']);
  await carry(page, card(page, 'Değer Az'), await middle(column(page, 'Contacted')));
  await expect(column(page, 'Contacted')).toContainText('Cards in this order keep their place.');
  await page.keyboard.press('Escape');
  await page.mouse.up();
  // The order hides nothing: it stays when the filters go.
  await page.getByRole('link', { name: 'Clear filters' }).click();
  await expect(page).toHaveURL(/\/board\?sort=value$/);
  await expect(page.getByRole('link', { name: 'Clear filters' })).toHaveCount(0);
});

test('who else carries a card is seen by everybody, until they let it go', async ({ open, winback }) => {
  await winback.give('burak', [{ name: 'Taşınan Kart' }]);
  const [burak, selin] = [await open('burak'), await open('selin')];
  await visit(burak, '/board');
  await visit(selin, '/board');
  await carry(burak, card(burak, 'Taşınan Kart'), await middle(column(burak, 'Contacted')));
  await expect(card(selin, 'Taşınan Kart')).toContainText('Burak Şahin is moving it.');
  await expect(card(burak, 'Taşınan Kart'), 'nobody is told of themselves').not.toContainText('is moving');
  await burak.keyboard.press('Escape');
  await burak.mouse.up();
  await expect(card(selin, 'Taşınan Kart')).not.toContainText('is moving');
  await visit(burak, `/leads/${await winback.lead('Taşınan Kart')}`);
  await expect(card(selin, 'Taşınan Kart')).toContainText('Burak Şahin has it open.');
});

test('a board is divided by who holds the leads; each lane is a board of its own', async ({ open, winback }) => {
  await winback.give('burak', [{ name: 'Kulvar Bir' }, { name: 'Kulvar İki' }]);
  await winback.give('emre', [{ name: 'Kulvar Üç' }]);
  const page = await open('selin');
  await visit(page, '/board?q=kulvar');
  await page.getByRole('combobox', { name: 'Lanes' }).selectOption('holder');
  await expect(page).toHaveURL(/lanes=holder/);
  const lane = (name: string) => page.getByRole('region', { name: new RegExp(`^${name}`) });
  await expect(names(lane('Burak Şahin').getByRole('group', { name: 'Open', exact: true }))).toHaveText(['Kulvar Bir', 'Kulvar İki']);
  await expect(names(lane('Emre Güneş').getByRole('group', { name: 'Open', exact: true }))).toHaveText(['Kulvar Üç']);
  const found = await new AxeBuilder({ page }).analyze();
  expect(found.violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html}`)).toEqual([]);
  await card(page, 'Kulvar Üç').press('m');
  await dialog(page).getByRole('button', { name: 'Qualified' }).click();
  await expect(names(lane('Emre Güneş').getByRole('group', { name: 'Qualified', exact: true }))).toHaveText(['Kulvar Üç']);
  await lane('Emre Güneş').getByRole('button', { name: /^Emre Güneş/ }).click();
  await expect(card(page, 'Kulvar Üç')).toHaveCount(0);
});

test('a divided board that is opened by its address shows its lanes', async ({ open, winback }) => {
  await winback.give('burak', [{ name: 'Doğrudan Kulvar' }]);
  const page = await open('selin');
  await visit(page, '/board?q=dogrudan&lanes=holder');
  await expect(card(page, 'Doğrudan Kulvar')).toBeVisible();
});

test('by thumb: chosen from the menu, moved together, taken back by the toast @phone', async ({ open, winback }) => {
  await winback.give('sule', [{ name: 'Parmak Bir' }, { name: 'Parmak İki' }, { name: 'Parmak Üç' }]);
  const page = await open('sule');
  await visit(page, '/board?q=parmak');
  await card(page, 'Parmak Bir').getByRole('button', { name: /^Move/ }).tap();
  await dialog(page).getByRole('button', { name: /^Choose/ }).tap();
  await expect(bar(page)).toContainText('1 lead');
  await card(page, 'Parmak Üç').getByRole('checkbox').tap();
  await expect(bar(page)).toContainText('2 leads');
  await bar(page).getByRole('button', { name: 'Move to…' }).tap();
  await dialog(page).getByRole('button', { name: 'Contacted' }).tap();
  await expect(names(column(page, 'Contacted'))).toHaveText(['Parmak Bir', 'Parmak Üç']);
  await toast(page, '2 leads are now in Contacted.').getByRole('button', { name: 'Undo' }).tap();
  await expect(names(column(page, 'Open'))).toHaveText(['Parmak Bir', 'Parmak İki', 'Parmak Üç']);
});

test('words for screen readers do not widen the page: dialogs stand where the thumb is @phone', async ({ open, winback }) => {
  await winback.give('sule', [{ name: 'Dar Ekran' }]);
  const page = await open('sule');
  await visit(page, '/board');
  const width = page.viewportSize()?.width ?? 0;
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  await card(page, 'Dar Ekran').getByRole('button', { name: /^Move/ }).tap();
  const way = await dialog(page).getByRole('button', { name: 'Cancel' }).boundingBox();
  expect((way?.y ?? Infinity) + (way?.height ?? 0)).toBeLessThanOrEqual(page.viewportSize()?.height ?? 0);
});

test('an undo does not overrule who has moved the card since, and says who it was', async ({ open, winback }) => {
  await winback.give('burak', [{ name: 'Geri Alınamaz' }]);
  const [burak, selin] = [await open('burak'), await open('selin')];
  await visit(burak, '/board?q=geri');
  await visit(selin, '/board?q=geri');
  await dragInto(burak, card(burak, 'Geri Alınamaz'), column(burak, 'Contacted'));
  await expect(toast(burak, 'Geri Alınamaz is now in Contacted.')).toBeVisible();
  await dragInto(selin, card(column(selin, 'Contacted'), 'Geri Alınamaz'), column(selin, 'Negotiation'));
  await expect(card(column(burak, 'Negotiation'), 'Geri Alınamaz')).toBeVisible();
  await undo(burak);
  await expect(toast(burak, /Selin Yıldız was quicker \(.+\): Geri Alınamaz is now in Negotiation\./)).toBeVisible();
  await expect(card(column(burak, 'Negotiation'), 'Geri Alınamaz')).toBeVisible();
});

test('what was moved can be taken back after the board was narrowed', async ({ open, winback }) => {
  await winback.give('emre', [{ name: 'Dar Bakış' }]);
  const page = await open('emre');
  await visit(page, '/board');
  await dragInto(page, card(page, 'Dar Bakış'), column(page, 'Contacted'));
  await expect(toast(page, 'Dar Bakış is now in Contacted.')).toBeVisible();
  await page.getByRole('combobox', { name: 'Order' }).selectOption('clock');
  await expect(page).toHaveURL(/sort=clock/);
  await undo(page);
  await expect(card(column(page, 'Open'), 'Dar Bakış')).toBeVisible();
});

test('a card carried by keyboard that somebody else loses is carried no more', async ({ open, winback }) => {
  await winback.give('cigdem', [{ name: 'Elden Giden' }]);
  const page = await open('cigdem');
  await visit(page, '/board');
  await card(page, 'Elden Giden').press(' ');
  await expect(page.locator('.board.carrying')).toBeVisible();
  const to = "update lead set owner_id = (select id from app_user where email = 'jan@demo.winback') where name = 'Elden Giden' returning id";
  await winback.sql(`with given as (${to}) insert into event (at, kind, lead_ids) select now(), 'leads', array[id] from given`);
  await expect(card(page, 'Elden Giden')).toHaveCount(0);
  await expect(page.locator('.board.carrying')).toHaveCount(0);
});
