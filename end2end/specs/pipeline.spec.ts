import { expect, reload, test, visit, type Page } from '../support/test.ts';
import {
  Finger,
  card,
  carry,
  column,
  drag,
  dragInto,
  grip,
  middle,
  names,
  spoken,
  toast,
  topOf,
} from '../support/board.ts';

/** Resolves with the server's answer to the next move of this page. */
const moved = (page: Page) => page.waitForResponse((answer) => answer.url().endsWith('/api/pipeline/move_lead'));

/** What the page asks the server to move, from now on. */
function moves(page: Page): string[] {
  const seen: string[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/api/pipeline/move_lead')) seen.push(request.postData() ?? '');
  });
  return seen;
}

test.describe('by mouse', () => {
  test('a card dragged to another stage is there at once, and still there after a reload', async ({ open, winback }) => {
    await winback.give('ayse', [{ name: 'Ada Kara' }]);
    const page = await open('ayse');
    await visit(page, '/board');
    const answered = moved(page);
    await dragInto(page, card(page, 'Ada Kara'), column(page, 'Contacted'));
    await expect(card(column(page, 'Contacted'), 'Ada Kara')).toBeVisible();
    await expect(card(column(page, 'Open'), 'Ada Kara')).toHaveCount(0);
    await answered;
    await expect(toast(page, 'Ada Kara is now in Contacted.')).toBeVisible();
    await visit(page, '/board');
    await expect(card(column(page, 'Contacted'), 'Ada Kara')).toBeVisible();
    await expect(card(column(page, 'Contacted'), 'Ada Kara'), 'the first day says nothing').not.toContainText('in stage');
  });

  test('a card dragged to another place keeps it', async ({ open, winback }) => {
    await winback.give('burak', [{ name: 'Bir Yer' }, { name: 'İki Yer' }, { name: 'Üç Yer' }]);
    const page = await open('burak');
    await visit(page, '/board?q=yer');
    const list = column(page, 'Open');
    await expect(names(list)).toHaveText(['Bir Yer', 'İki Yer', 'Üç Yer']);
    const answered = moved(page);
    await drag(page, card(list, 'Üç Yer'), await topOf(card(list, 'İki Yer')));
    await expect(names(list)).toHaveText(['Bir Yer', 'Üç Yer', 'İki Yer']);
    await answered;
    const again = moved(page);
    const below = await list.locator('.cards').boundingBox();
    await drag(page, card(list, 'Bir Yer'), { ...(await middle(list)), y: (below?.y ?? 0) + (below?.height ?? 0) - 80 });
    await expect(names(list)).toHaveText(['Üç Yer', 'İki Yer', 'Bir Yer']);
    await again;
    await visit(page, '/board?q=yer');
    await expect(names(list)).toHaveText(['Üç Yer', 'İki Yer', 'Bir Yer']);
  });

  test('while it is carried a card shows where it would land, and Escape puts it back', async ({ open, winback }) => {
    await winback.give('cigdem', [{ name: 'Esra Geri' }]);
    const page = await open('cigdem');
    await visit(page, '/board');
    const sent = moves(page);
    await carry(page, card(page, 'Esra Geri'), await middle(column(page, 'Qualified')));
    await expect(column(page, 'Qualified')).toHaveClass(/over/);
    await expect(column(page, 'Qualified').locator('.landing')).toBeVisible();
    await expect(page.locator('.card.ghost')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.locator('.card.ghost')).toHaveCount(0);
    await expect(column(page, 'Qualified').locator('.landing')).toHaveCount(0);
    await page.mouse.up();
    await expect(card(column(page, 'Open'), 'Esra Geri')).toBeVisible();
    await expect(spoken(page)).toHaveText('Esra Geri was put back.');
    expect(sent).toEqual([]);
  });

  test('a card let go outside every column goes back', async ({ open, winback }) => {
    await winback.give('cigdem', [{ name: 'Dışarı Yok' }]);
    const page = await open('cigdem');
    await visit(page, '/board');
    const sent = moves(page);
    await drag(page, card(page, 'Dışarı Yok'), await middle(page.locator('.rail .brand')));
    await expect(page.locator('.card.ghost')).toHaveCount(0);
    await expect(card(column(page, 'Open'), 'Dışarı Yok')).toBeVisible();
    expect(sent).toEqual([]);
  });

  test('a press without a move is a click: the name leads to the lead', async ({ open, winback }) => {
    await winback.give('cigdem', [{ name: 'Tıkla Beni' }]);
    const page = await open('cigdem');
    await visit(page, '/board');
    await card(page, 'Tıkla Beni').locator('a.name').click();
    await expect(page).toHaveURL(/\/leads\/\d+$/);
    await expect(page.getByRole('heading', { level: 1, name: 'Tıkla Beni' })).toBeVisible();
  });

  test('a drag that ends on a card’s name does not open the lead', async ({ open, winback }) => {
    await winback.give('cigdem', [{ name: 'Önce Gel' }, { name: 'Sonra Gel' }]);
    const page = await open('cigdem');
    await visit(page, '/board?q=gel');
    const list = column(page, 'Open');
    const answered = moved(page);
    await page.mouse.move(...xy(await middle(card(list, 'Sonra Gel').locator('a.name'))));
    await page.mouse.down();
    await page.mouse.move(...xy(await topOf(card(list, 'Önce Gel'))), { steps: 8 });
    await page.mouse.up();
    await answered;
    await expect(names(list)).toHaveText(['Sonra Gel', 'Önce Gel']);
    await expect(page).toHaveURL(/\/board\?q=gel$/);
  });

  test('a refused drop never looks accepted and says why', async ({ open, winback }) => {
    await winback.give('emre', [{ name: 'Pasif Olmaz' }]);
    const page = await open('emre');
    await visit(page, '/board');
    const sent = moves(page);
    await dragInto(page, card(page, 'Pasif Olmaz'), column(page, 'Inactive'));
    await expect(toast(page, 'Only a customer can become inactive.')).toBeVisible();
    await expect(card(column(page, 'Open'), 'Pasif Olmaz')).toBeVisible();
    expect(sent).toEqual([]);
  });

  test('a colleague’s lead is masked and stays where it is', async ({ open, winback }) => {
    await winback.give('umit', [{ name: 'Gizli Ad', source: 'Gizli Kaynak' }]);
    const page = await open('irem');
    await visit(page, '/board?whose=everyone');
    const lead = await winback.lead('Gizli Ad');
    const masked = page.locator(`[data-lead="${lead}"]`);
    await expect(masked).toContainText('A lead of Ümit Öztürk');
    await expect(masked.getByRole('button')).toHaveCount(0);
    await expect(page.locator('.board')).not.toContainText('Gizli');
    expect(await page.content()).not.toContain('Gizli Ad');
    await dragInto(page, masked, column(page, 'Contacted'));
    await expect(toast(page, 'Only the owner or their manager may move this lead.')).toBeVisible();
    await expect(column(page, 'Open').locator(`[data-lead="${lead}"]`)).toBeVisible();
  });
});

test('the menu moves a card without dragging @both', async ({ open, winback }, { project }) => {
  const name = `Menü ${project.name}`;
  await winback.give('irem', [{ name }]);
  const page = await open('irem');
  await visit(page, '/board');
  await card(page, name).getByRole('button', { name: `Move ${name} to…` }).click();
  const menu = page.getByRole('dialog', { name: `Move ${name} to…` });
  await expect(menu.getByRole('button', { name: 'Open', exact: true })).toBeDisabled();
  const answered = moved(page);
  await menu.getByRole('button', { name: 'Negotiation' }).click();
  await answered;
  await expect(menu).toHaveCount(0);
  await expect(card(column(page, 'Negotiation'), name)).toHaveCount(1);
  await visit(page, '/board');
  await expect(card(column(page, 'Negotiation'), name)).toHaveCount(1);
});

test('the toast takes a move back', async ({ open, winback }) => {
  await winback.give('isil', [{ name: 'Geri Al' }]);
  const page = await open('isil');
  await visit(page, '/board');
  const there = moved(page);
  await dragInto(page, card(page, 'Geri Al'), column(page, 'Nurturing'));
  await there;
  const back = moved(page);
  await toast(page, 'Geri Al is now in Nurturing.').getByRole('button', { name: 'Undo' }).click();
  await back;
  await expect(card(column(page, 'Open'), 'Geri Al')).toBeVisible();
  await visit(page, '/board');
  await expect(card(column(page, 'Open'), 'Geri Al')).toBeVisible();
});

test.describe('by keyboard', () => {
  test('a card is picked up, carried and dropped, and every step is spoken', async ({ open, winback }) => {
    await winback.give('jan', [{ name: 'Klavye Bir' }, { name: 'Klavye İki' }]);
    const page = await open('jan');
    await visit(page, '/board?q=klavye');
    const list = column(page, 'Open');
    await card(list, 'Klavye Bir').focus();
    await page.keyboard.press('Space');
    await expect(spoken(page)).toHaveText('Klavye Bir picked up. Arrow keys carry it, Space drops it, Escape puts it back.');
    await page.keyboard.press('ArrowDown');
    await expect(spoken(page)).toHaveText('Open, place 2 of 2.');
    await page.keyboard.press('ArrowRight');
    await expect(spoken(page)).toHaveText('Contacted, place 1 of 1.');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowLeft');
    await expect(spoken(page)).toHaveText('Contacted, place 1 of 1.');
    const answered = moved(page);
    await page.keyboard.press('Space');
    await answered;
    await expect(spoken(page)).toHaveText('Klavye Bir is now in Contacted.');
    const there = card(column(page, 'Contacted'), 'Klavye Bir');
    await expect(there).toBeVisible();
    await expect(there, 'the keyboard stays with the card').toBeFocused();
    await visit(page, '/board?q=klavye');
    await expect(there).toBeVisible();
  });

  test('a card is put into another place of its column', async ({ open, winback }) => {
    await winback.give('jan', [{ name: 'Sıra Bir' }, { name: 'Sıra İki' }, { name: 'Sıra Üç' }]);
    const page = await open('jan');
    await visit(page, '/board?q=sira');
    const list = column(page, 'Open');
    await card(list, 'Sıra Üç').focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await expect(spoken(page)).toHaveText('Open, place 1 of 3.');
    const answered = moved(page);
    await page.keyboard.press('Enter');
    await answered;
    await expect(names(list)).toHaveText(['Sıra Üç', 'Sıra Bir', 'Sıra İki']);
  });

  test('Escape puts it back and nothing is sent', async ({ open, winback }) => {
    await winback.give('jan', [{ name: 'Vazgeç Hemen' }]);
    const page = await open('jan');
    await visit(page, '/board?q=vazge');
    const sent = moves(page);
    await card(page, 'Vazgeç Hemen').focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Escape');
    await expect(spoken(page)).toHaveText('Vazgeç Hemen was put back.');
    await expect(card(column(page, 'Open'), 'Vazgeç Hemen')).toBeFocused();
    expect(sent).toEqual([]);
  });

  test('past the last column lies Lost, and the dialog opens there', async ({ open, winback }) => {
    await winback.give('jan', [{ name: 'Uzağa Git' }]);
    const page = await open('jan');
    await visit(page, '/board?q=uzaga');
    await card(page, 'Uzağa Git').focus();
    await page.keyboard.press('Space');
    for (let step = 0; step < 7; step += 1) await page.keyboard.press('ArrowRight');
    await expect(spoken(page)).toHaveText('Lost. Space asks for the reason.');
    await page.keyboard.press('Space');
    await expect(page.getByRole('dialog', { name: 'Lost: Uzağa Git' })).toBeVisible();
  });
});

test.describe('by touch', () => {
  test('a long press lifts a card and carries it @phone', async ({ open, winback }) => {
    await winback.give('omer', [{ name: 'Parmak Bir' }, { name: 'Parmak İki' }]);
    const page = await open('omer');
    await visit(page, '/board?q=parmak');
    const list = column(page, 'Open');
    const finger = await Finger.on(page);
    const answered = moved(page);
    await finger.drag(card(list, 'Parmak İki'), await topOf(card(list, 'Parmak Bir')));
    await answered;
    await expect(names(list)).toHaveText(['Parmak İki', 'Parmak Bir']);
  });

  test('a card held at the edge brings the next stage and is dropped there @phone', async ({ open, winback }) => {
    await winback.give('omer', [{ name: 'Kenar Git' }]);
    const page = await open('omer');
    await visit(page, '/board?q=kenar');
    const finger = await Finger.on(page);
    const from = await grip(card(page, 'Kenar Git'));
    await finger.down(from);
    await expect(page.locator('.board.carrying')).toBeVisible();
    await finger.move(from, { x: 350, y: from.y });
    const contacted = column(page, 'Contacted');
    await expect(contacted).toHaveClass(/over/);
    const answered = moved(page);
    await finger.up();
    expect(Object.keys(await (await answered).json())).toEqual(['done']);
    await expect(card(page, 'Kenar Git')).toHaveCount(1);
    await expect(card(column(page, 'Open'), 'Kenar Git')).toHaveCount(0);
  });

  test('scrolling never drags @phone', async ({ open, winback }) => {
    await winback.give('sule', Array.from({ length: 20 }, (_, at) => ({ name: `Kaydır ${at}` })));
    const page = await open('sule');
    await visit(page, '/board?q=kaydir');
    const sent = moves(page);
    await page.evaluate(() => {
      const seen = { carried: false };
      new MutationObserver(() => {
        seen.carried ||= Boolean(document.querySelector('.carrying, .ghost, .lifted'));
      }).observe(document.body, { subtree: true, childList: true, attributes: true });
      Object.assign(window, { seen });
    });
    const finger = await Finger.on(page);
    const list = column(page, 'Open').locator('.cards');
    const at = await middle(list);
    await finger.wipe(at, { ...at, y: at.y - 180 });
    await expect.poll(() => list.evaluate((list) => list.scrollTop)).toBeGreaterThan(100);
    await finger.wipe(at, { ...at, x: at.x - 140 });
    await expect.poll(() => page.locator('.board').evaluate((board) => board.scrollLeft)).toBeGreaterThan(50);
    expect(await page.evaluate(() => (window as unknown as { seen: { carried: boolean } }).seen.carried)).toBe(false);
    expect(sent).toEqual([]);
  });

  test('a drag that the system takes away puts the card back @phone', async ({ open, winback }) => {
    await winback.give('sule', [{ name: 'Telefon Çaldı' }]);
    const page = await open('sule');
    await visit(page, '/board?q=telefon');
    const sent = moves(page);
    const finger = await Finger.on(page);
    const from = await grip(card(page, 'Telefon Çaldı'));
    await finger.down(from);
    await expect(page.locator('.board.carrying')).toBeVisible();
    await finger.cancel();
    await expect(page.locator('.board.carrying')).toHaveCount(0);
    await expect(card(column(page, 'Open'), 'Telefon Çaldı')).toBeVisible();
    expect(sent).toEqual([]);
  });
});

test.describe('two browsers', () => {
  test('the other browser sees a move by itself', async ({ open, winback }) => {
    await winback.give('ayse', [{ name: 'Canlı Kart' }]);
    const [here, there] = [await open('ayse'), await open('selin')];
    await visit(here, '/board');
    await visit(there, '/board');
    const before = Number(await column(there, 'Qualified').locator('.count').textContent());
    await dragInto(here, card(here, 'Canlı Kart'), column(here, 'Qualified'));
    await expect(card(column(there, 'Qualified'), 'Canlı Kart')).toBeVisible();
    await expect(card(column(there, 'Open'), 'Canlı Kart')).toHaveCount(0);
    await expect(column(there, 'Qualified').locator('.count')).toHaveText(String(before + 1));
  });

  test('a new lead appears by itself', async ({ open, winback }) => {
    const page = await open('burak');
    await visit(page, '/board');
    await winback.give('burak', [{ name: 'Yeni Gelen' }]);
    await expect(names(column(page, 'Open')).first()).toHaveText('Yeni Gelen');
  });

  test('of two who move the same card at once, the slower is told who was quicker', async ({ open, winback }) => {
    await winback.give('ayse', [{ name: 'Yarış Atı' }]);
    const [rep, manager] = [await open('ayse'), await open('selin')];
    await visit(rep, '/board?q=yaris');
    await visit(manager, '/board?q=yaris');
    // The rep's request is held back on its way until the manager's has been answered.
    let release = () => {};
    const managerIsDone = new Promise<void>((done) => (release = done));
    await rep.route('**/api/pipeline/move_lead', async (route) => {
      await managerIsDone;
      await route.continue();
    });
    const late = moved(rep);
    await dragInto(rep, card(rep, 'Yarış Atı'), column(rep, 'Nurturing'));
    await expect(card(column(rep, 'Nurturing'), 'Yarış Atı')).toBeVisible();
    const quick = moved(manager);
    await dragInto(manager, card(manager, 'Yarış Atı'), column(manager, 'Contacted'));
    await quick;
    release();
    await late;
    await expect(toast(rep, /Selin Yıldız was quicker \(.+\): Yarış Atı is now in Contacted\./)).toBeVisible();
    await expect(card(column(rep, 'Contacted'), 'Yarış Atı')).toBeVisible();
    await expect(card(column(rep, 'Nurturing'), 'Yarış Atı')).toHaveCount(0);
  });

  test('a move whose answer got lost is sent again and happens once', async ({ open, winback, watch }) => {
    watch.expect(/ERR_FAILED|move_lead/);
    await winback.give('cigdem', [{ name: 'Yarım Cevap' }]);
    const page = await open('cigdem');
    await visit(page, '/board?q=yarim');
    let tries = 0;
    await page.route('**/api/pipeline/move_lead', async (route) => {
      tries += 1;
      if (tries > 1) return route.continue();
      await route.fetch();
      await route.abort();
    });
    await dragInto(page, card(page, 'Yarım Cevap'), column(page, 'Contacted'));
    await expect(toast(page, 'Yarım Cevap is now in Contacted.')).toBeVisible();
    await expect(card(column(page, 'Contacted'), 'Yarım Cevap')).toBeVisible();
    const lead = await winback.lead('Yarım Cevap');
    expect(await winback.sql(`select count(*) from activity where lead_id = ${lead} and kind = 'move'`)).toBe('1');
    expect(tries).toBe(2);
  });
});

test.describe('finding', () => {
  test('a long column loads page by page while it is scrolled', async ({ open, winback }) => {
    const all = Array.from({ length: 175 }, (_, at) => `Sayfa ${String(at).padStart(3, '0')}`);
    await winback.give('irem', all.map((name) => ({ name })));
    const page = await open('irem');
    await visit(page, '/board?q=sayfa');
    const list = column(page, 'Open');
    await expect(list.locator('.count')).toHaveText('175');
    const cards = list.locator('.cards');
    // Whatever is in sight has its card, and what is out of sight has none.
    const seen = new Set<string>();
    for (let at = 0; !seen.has(all.at(-1)!); at += 1) {
      expect(at, 'the end is reached').toBeLessThan(100);
      await expect(async () => {
        const { gaps, names, mounted } = await cards.evaluate((list) => {
          const [box, row] = [list.getBoundingClientRect(), list.querySelector('ul')!.getBoundingClientRect()];
          const cards = [...list.querySelectorAll('[data-lead]')].map((card) => card.getBoundingClientRect());
          const height = cards[0]!.height;
          const gaps: number[] = [];
          for (let y = box.top + 40; y < Math.min(box.bottom, row.bottom) - 40; y += height / 2) {
            if (!cards.some((card) => card.top - 12 <= y && y <= card.bottom + 12)) gaps.push(y);
          }
          return { gaps, mounted: cards.length, names: [...list.querySelectorAll('a.name')].map((name) => name.textContent!) };
        });
        expect(gaps).toEqual([]);
        expect(mounted).toBeLessThanOrEqual(21);
        names.forEach((name) => seen.add(name));
      }).toPass();
      await cards.evaluate((list) => list.scrollBy(0, list.clientHeight - 120));
    }
    expect([...seen].sort()).toEqual(all);
    await expect(list.getByRole('button', { name: 'Show more' })).toHaveCount(0);
  });

  test('filters stand in the address and survive a reload', async ({ open, winback }) => {
    await winback.give('omer', [
      { name: 'Süz Bir', source: 'Fuar', product: 'Kurs A' },
      { name: 'Süz İki', source: 'Web', product: 'Kurs A' },
      { name: 'Süz Üç', source: 'Web', product: 'Kurs B' },
    ]);
    const page = await open('omer');
    await visit(page, '/board');
    await page.getByRole('combobox', { name: 'Source', exact: true }).selectOption({ label: 'Web' });
    await expect(page).toHaveURL(/source=\d+/);
    await page.getByRole('combobox', { name: 'Product', exact: true }).selectOption({ label: 'Kurs B' });
    await expect(page).toHaveURL(/product=\d+/);
    await expect(names(column(page, 'Open'))).toHaveText(['Süz Üç']);
    await reload(page);
    await expect(names(column(page, 'Open'))).toHaveText(['Süz Üç']);
    await expect(page.getByRole('combobox', { name: 'Source', exact: true }).locator('option:checked')).toHaveText('Web');
    await expect(page.getByRole('combobox', { name: 'Product', exact: true }).locator('option:checked')).toHaveText('Kurs B');
    await page.getByRole('link', { name: 'Clear filters' }).click();
    await expect(page).toHaveURL(/\/board$/);
    await expect(card(page, 'Süz Bir')).toBeVisible();
  });

  test('Turkish letters are found however they are typed', async ({ open, winback }) => {
    await winback.give('emre', [{ name: 'Işıl Çağlayan' }, { name: 'İsmail Şöğüt' }]);
    const page = await open('emre');
    await visit(page, '/board');
    const find = page.getByRole('searchbox', { name: 'Find a lead' });
    for (const [typed, found] of [
      ['isil caglayan', 'Işıl Çağlayan'],
      ['IŞIL', 'Işıl Çağlayan'],
      ['ISIL ÇAĞ', 'Işıl Çağlayan'],
      ['ismail', 'İsmail Şöğüt'],
      ['İSMAİL', 'İsmail Şöğüt'],
      ['sogut', 'İsmail Şöğüt'],
    ]) {
      await find.fill(typed);
      await expect(page).toHaveURL(new RegExp(`q=${encodeURIComponent(typed).replaceAll('%20', '(%20|\\+)')}$`));
      await expect(names(column(page, 'Open')), typed).toHaveText([found]);
    }
    await expect(find).toBeFocused();
    await expect(find).toHaveValue('sogut');
  });

  test('an empty board says what to do', async ({ open }) => {
    const page = await open('ayse');
    await visit(page, '/board?q=nobody-has-this-name');
    await expect(page.getByText('No lead matches. Clear the filters, or enter one with New lead.')).toBeVisible();
  });
});

const xy = ({ x, y }: { x: number; y: number }): [number, number] => [x, y];
