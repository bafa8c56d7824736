// The browser's part of the board's bench: our board beside the plain windowed one (reference.html), in one headless
// Chromium, by turns. Takes the boards as JSON ([{cards, url}], by growing size; the second is measured beside a reference
// of as many cards, the last is the largest) and writes its figures as JSON; what it does it says on stderr.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const { chromium } = createRequire(new URL('../../end2end/package.json', import.meta.url))('playwright-core');

const ROUNDS = Number(process.env.BOARD_ROUNDS ?? 3);
const MOUNTS = 5;
const DROPS = Number(process.env.BOARD_DROPS ?? 15);
const STEPS = 160;
const LONG_FRAME = 20;
const PASSWORD = 'winback-demo';
const VIEW = { width: 1440, height: 900 };
const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];

const say = (text) => process.stderr.write(`  ${text}\n`);
const quantile = (figures, part) => [...figures].sort((a, b) => a - b)[Math.min(figures.length - 1, Math.floor(figures.length * part))];
const median = (figures) => quantile(figures, 0.5);
const mean = (figures) => figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
const sleep = (milliseconds) => new Promise((end) => setTimeout(end, milliseconds));

/** What the pages are asked with: everything that is timed is timed inside of them. */
function instruments() {
  const painted = () =>
    new Promise((done) => requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => done(performance.timeOrigin + performance.now());
      port2.postMessage(0);
    }));
  const until = (found) =>
    new Promise((done) => {
      const look = () => (found() ? painted().then(done) : false);
      if (look()) return;
      const observer = new MutationObserver(() => {
        if (!found()) return;
        observer.disconnect();
        painted().then(done);
      });
      observer.observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ['style', 'class', 'hidden'] });
    });
  const isSeen = (element) => element && element.getClientRects().length > 0;
  window.bench = {
    /** Presses something; milliseconds until the board stands there. */
    async mount(button) {
      const begun = performance.timeOrigin + performance.now();
      const there = until(() => isSeen(document.querySelector('[data-stage] [data-lead]')));
      document.querySelector(button).click();
      return (await there) - begun;
    },
    frames: [],
    watchFrames() {
      this.frames = [];
      let before = performance.now();
      this.isWatching = true;
      const frame = (now) => {
        if (!this.isWatching) return;
        this.frames.push(now - before);
        before = now;
        requestAnimationFrame(frame);
      };
      requestAnimationFrame((now) => {
        before = now;
        requestAnimationFrame(frame);
      });
    },
    stopWatching() {
      this.isWatching = false;
      return this.frames;
    },
    /** When a card is painted in a column. */
    arrival: null,
    awaitCard(lead, stage) {
      this.arrival = until(() => isSeen(document.querySelector(`[data-stage="${stage}"] [data-lead="${lead}"]`)));
    },
    dropped: null,
    awaitDrop() {
      document.addEventListener('pointerup', () => (this.dropped = performance.timeOrigin + performance.now()), { once: true, capture: true });
    },
    /** Milliseconds of the newest request to a path. */
    roundTrip(path) {
      const entries = performance.getEntriesByType('resource').filter((entry) => entry.name.endsWith(path));
      const last = entries.at(-1);
      return last ? last.responseEnd - last.startTime : null;
    },
    /** The columns in sight from left to right, with their cards in sight from top to bottom. */
    columns() {
      return [...document.querySelectorAll('[data-stage]')]
        .map((column) => {
          const area = column.getBoundingClientRect();
          const cards = [...column.querySelectorAll('[data-lead]')]
            .map((card) => ({ lead: card.dataset.lead, area: card.getBoundingClientRect() }))
            .filter((card) => card.area.height > 0 && card.area.top > area.top && card.area.bottom < innerHeight)
            .sort((a, b) => a.area.top - b.area.top)
            .map(({ lead, area }) => ({ lead, x: area.x + area.width / 2, y: area.y + area.height - 6, top: area.y }));
          return { stage: column.dataset.stage, x: area.x + area.width / 2, left: area.left, right: area.right, cards };
        })
        .filter((column) => column.left >= 0 && column.right <= innerWidth && column.cards.length > 3);
    },
    mounted: () => document.querySelectorAll('[data-lead]').length,
  };
}

/** Serves the reference, and as many cards as are asked for. */
async function serveReference() {
  const page = await readFile(new URL('reference.html', import.meta.url));
  const first = ['Ayşe', 'Mehmet', 'Zeynep', 'Ömer', 'Çiğdem', 'Anna', 'James'];
  const last = ['Yılmaz', 'Demir', 'Şahin', 'Çelik', 'Petrova', 'Smith'];
  const cards = (count) =>
    Array.from({ length: count }, (_, id) => ({
      id,
      name: `${first[id % first.length]} ${last[id % last.length]} ${id}`,
      value: `€${(id * 37) % 90000}`,
      what: `Product ${id % 6} · Source ${id % 8}`,
      next: `Call about the estimate · ${1 + (id % 28)} Nov`,
      temperature: ['hot', 'warm', 'cold'][id % 3],
      who: first[id % first.length].slice(0, 2).toUpperCase(),
    }));
  const server = createServer((request, answer) => {
    const url = new URL(request.url, 'http://reference');
    if (url.pathname === '/cards.json') {
      answer.setHeader('content-type', 'application/json');
      answer.end(JSON.stringify(cards(Number(url.searchParams.get('n')))));
    } else {
      answer.setHeader('content-type', 'text/html');
      answer.end(page);
    }
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

/** The reference with so many cards, not yet opened. */
async function reference(browser, url, cards) {
  const context = await browser.newContext({ viewport: VIEW });
  const page = await context.newPage();
  await page.addInitScript(instruments);
  await page.goto(`${url}/?cards=${cards}`);
  return { page, mount: mountReference, close: () => context.close() };
}

async function mountReference(page) {
  if (await page.locator('.board').isVisible()) await page.locator('#open').click();
  return page.evaluate(() => window.bench.mount('#open'));
}

/** Our board, signed in as the admin, whose board is everybody's. */
async function ours(browser, url) {
  const context = await browser.newContext({ viewport: VIEW, locale: 'en-GB', reducedMotion: 'no-preference' });
  const page = await context.newPage();
  await page.addInitScript(instruments);
  await page.goto(`${url}/sign-in`);
  await page.locator('input[name=email]').fill('admin@demo.winback');
  await page.locator('input[name=password]').fill(PASSWORD);
  await page.locator('main form button.primary').click();
  await page.waitForURL(/\/board/);
  await page.goto(`${url}/board`);
  await page.locator('[data-stage] [data-lead]').first().waitFor();
  // Until the Wasm has taken over.
  await sleep(2500);
  return { page, mount: mountOurs, close: () => context.close() };
}

async function mountOurs(page) {
  if (await page.locator('[data-stage]').first().isVisible().catch(() => false)) {
    await page.locator('a[href="/today"]').first().click();
    await page.locator('[data-stage]').first().waitFor({ state: 'detached' });
    await sleep(400);
  }
  return page.evaluate(() => window.bench.mount('a[href="/board"]'));
}

/** Carries a card over all columns, up and down, and lets it go where it was; the frames meanwhile. */
async function dragFrames(page) {
  const columns = await page.evaluate(() => window.bench.columns());
  if (columns.length < 2) throw new Error(`fewer than two columns with cards are in sight on ${page.url()}`);
  const card = columns[0].cards[1];
  await page.mouse.move(card.x, card.y);
  await page.mouse.down();
  await page.mouse.move(card.x + 8, card.y - 8);
  await page.mouse.move(card.x + 16, card.y - 12);
  await page.locator('.board.carrying').waitFor();
  await page.evaluate(() => window.bench.watchFrames());
  const [start, end] = [columns[0].x, columns.at(-1).x];
  for (let step = 0; step < STEPS; step += 1) {
    const part = step / STEPS;
    const across = 0.5 - 0.5 * Math.cos(part * Math.PI * 4);
    const down = 0.5 + 0.3 * Math.sin(part * Math.PI * 14);
    await page.mouse.move(start + (end - start) * across, VIEW.height * down);
  }
  const frames = await page.evaluate(() => window.bench.stopWatching());
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await sleep(300);
  return frames;
}

const told = [];
const tell = (name, value, unit, reference = 0) => told.push({ name, value, unit, reference });
const longOf = (frames) => (100 * frames.filter((frame) => frame > LONG_FRAME).length) / frames.length;
const worded = (frames) => `${median(frames).toFixed(1)} ms median, ${quantile(frames, 0.95).toFixed(1)} ms p95, ${longOf(frames).toFixed(1)} of 100 over ${LONG_FRAME} ms`;

/** The frames of drags and the mounts of several boards, by turns. */
async function watch(boards) {
  const seen = boards.map(() => ({ frames: [], mounts: [], cards: 0 }));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [at, { page, mount }] of boards.entries()) {
      await page.bringToFront();
      for (let turn = 0; turn < MOUNTS; turn += 1) {
        const took = await mount(page);
        // The first one fetches what the others have.
        if (round + turn > 0) seen[at].mounts.push(took);
      }
      await sleep(400);
      seen[at].frames.push(...(await dragFrames(page)));
      seen[at].cards = Math.max(seen[at].cards, await page.evaluate(() => window.bench.mounted()));
    }
  }
  return seen;
}

async function besideReference(browser, referenceUrl, board) {
  const boards = [await reference(browser, referenceUrl, board.cards), await ours(browser, board.url)];
  const [theirs, own] = await watch(boards);
  for (const board of boards) await board.close();
  say(`${board.cards} cards, windowed reference: drag ${worded(theirs.frames)}; mounted in ${median(theirs.mounts).toFixed(0)} ms`);
  say(`${board.cards} cards, our board:          drag ${worded(own.frames)}; mounted in ${median(own.mounts).toFixed(0)} ms, ${own.cards} cards`);
  // A frame waits for the screen's next beat, so that a p95 knows only one beat or two: the mean tells what lies between.
  const ratios = [median, mean].map((of) => of(own.frames) / of(theirs.frames));
  tell('drag_frame_median', median(own.frames), 'ms', median(theirs.frames));
  tell('drag_frame_p95', quantile(own.frames, 0.95), 'ms', quantile(theirs.frames, 0.95));
  tell('drag_frame_mean', mean(own.frames), 'ms', mean(theirs.frames));
  tell('drag_vs_windowed', Math.max(...ratios), 'ratio', median(theirs.frames));
  tell('mount', median(own.mounts), 'ms', median(theirs.mounts));
  tell('mount_vs_windowed', median(own.mounts) / median(theirs.mounts), 'ratio', median(theirs.mounts));
  tell('mounted_cards', own.cards, 'cards', theirs.cards);
}

async function growth(browser, small, large) {
  const boards = [await ours(browser, small.url), await ours(browser, large.url)];
  const [few, many] = await watch(boards);
  for (const board of boards) await board.close();
  for (const [{ cards }, seen] of [[small, few], [large, many]]) {
    say(`${cards} cards, our board: drag ${worded(seen.frames)}; mounted in ${median(seen.mounts).toFixed(0)} ms`);
  }
  const [drag, mount] = ['frames', 'mounts'].map((what) => median(many[what]) / median(few[what]));
  tell('cards_growth_of_drag', drag, 'ratio', median(few.frames));
  tell('cards_growth_of_mount', mount, 'ratio', median(few.mounts));
  tell('cards_growth', Math.max(drag, mount), 'ratio', 1);
}

async function longFrames(browser, referenceUrl, board) {
  const boards = [await reference(browser, referenceUrl, board.cards), await ours(browser, board.url)];
  const [theirs, own] = await watch(boards);
  for (const board of boards) await board.close();
  say(`${board.cards} leads, windowed reference: drag ${worded(theirs.frames)}`);
  say(`${board.cards} leads, our board:          drag ${worded(own.frames)}`);
  tell('drag_long_frames', longOf(own.frames), 'of 100', longOf(theirs.frames));
}

/** Two browsers side by side: one drops, both are watched. */
async function drops(browser, board) {
  const [here, there] = [await ours(browser, board.url), await ours(browser, board.url)];
  const [own, others, trips] = [[], [], []];
  for (let drop = 0; drop < DROPS; drop += 1) {
    const columns = await here.page.evaluate(() => window.bench.columns());
    const [from, to] = drop % 2 === 0 ? [columns[0], columns[1]] : [columns[1], columns[0]];
    const card = from.cards[0];
    for (const { page } of [here, there]) await page.evaluate(([lead, stage]) => window.bench.awaitCard(lead, stage), [card.lead, to.stage]);
    await here.page.bringToFront();
    await here.page.mouse.move(card.x, card.y);
    await here.page.mouse.down();
    await here.page.mouse.move(card.x + 8, card.y - 8);
    await here.page.locator('.board.carrying').waitFor();
    await here.page.mouse.move(to.x, to.cards[0].top + 4, { steps: 12 });
    await sleep(100);
    await here.page.evaluate(() => window.bench.awaitDrop());
    await here.page.mouse.up();
    const [painted, arrived] = await Promise.all([here, there].map(({ page }) => page.evaluate(() => window.bench.arrival)));
    const dropped = await here.page.evaluate(() => window.bench.dropped);
    await sleep(500);
    const trip = await here.page.evaluate(() => window.bench.roundTrip('/api/pipeline/move_lead'));
    if (drop === 0) continue;
    own.push(painted - dropped);
    others.push(arrived - dropped);
    if (trip !== null) trips.push(trip);
  }
  await here.close();
  await there.close();
  say(`drop to paint ${median(own).toFixed(1)} ms; to the other browser's paint ${median(others).toFixed(1)} ms; one round trip of a move ${median(trips).toFixed(1)} ms`);
  tell('drop_to_paint', median(own), 'ms');
  tell('drop_to_other_paint', median(others), 'ms', median(trips));
  tell('live_vs_roundtrip', median(others) / median(trips), 'ratio', median(trips));
}

const boards = JSON.parse(process.argv[2]);
const { url, close } = await serveReference();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || undefined, args: QUIET });
try {
  process.stderr.write('\nin the browser\n');
  await besideReference(browser, url, boards[1]);
  await growth(browser, boards[0], boards[2]);
  await longFrames(browser, url, boards.at(-1));
  await drops(browser, boards[0]);
  process.stdout.write(JSON.stringify(told));
} finally {
  await browser.close();
  close();
}
