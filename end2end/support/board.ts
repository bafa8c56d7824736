import { expect, type CDPSession, type Locator, type Page } from '@playwright/test';

/** A column, by its stage's name on screen. */
export const column = (page: Page, stage: string) => page.getByRole('region', { name: stage, exact: true });

/** The cards with this name, on the board or in a column. */
export const card = (within: Page | Locator, name: string) =>
  within.locator('[data-lead]').filter({ hasText: name });

/** The names on a column's loaded cards, from top to bottom. */
export const names = (column: Locator) => column.locator('[data-lead] a.name');

export const toast = (page: Page, text: string | RegExp) => page.locator('.toasts .toast').filter({ hasText: text });

/** The words that a screen reader speaks while a card is carried. */
export const spoken = (page: Page) => page.locator('[aria-live=assertive]');

export const lostZone = (page: Page) => page.locator('[data-lost]');

type Point = { x: number; y: number };

export async function middle(what: Locator): Promise<Point> {
  const box = await what.boundingBox();
  if (!box) throw new Error(`${what} is not on screen`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** A place on the card that is neither its link nor its menu. */
export async function grip(what: Locator): Promise<Point> {
  const box = await what.boundingBox();
  if (!box) throw new Error(`${what} is not on screen`);
  return { x: box.x + box.width / 2, y: box.y + box.height - 6 };
}

/** Just inside the upper edge: above whatever lies there. */
export async function topOf(what: Locator): Promise<Point> {
  const box = await what.boundingBox();
  if (!box) throw new Error(`${what} is not on screen`);
  return { x: box.x + box.width / 2, y: box.y + 4 };
}

/** Presses on a card and carries it by mouse to a point, without letting go. */
export async function carry(page: Page, what: Locator, to: Point) {
  await what.scrollIntoViewIfNeeded();
  const from = await grip(what);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + 8, from.y - 8);
  await expect(page.locator('.board.carrying')).toBeVisible();
  await page.mouse.move(to.x, to.y, { steps: 12 });
}

/** Drags a card by mouse to a point and lets go there. */
export async function drag(page: Page, what: Locator, to: Point) {
  await carry(page, what, to);
  await page.mouse.up();
}

/** Drags a card by mouse into a column, on top of its cards; a column out of sight is fetched by the board's edge. */
export async function dragInto(page: Page, what: Locator, target: Locator) {
  const list = target.locator('.cards');
  const place = (await list.count()) > 0 ? list : target;
  const isRight = (await middle(target)).x > (await middle(what)).x;
  const board = await page.locator('.board').boundingBox();
  if (!board) throw new Error('there is no board');
  const [start, end] = [board.x, board.x + board.width];
  const isInSight = async () => {
    const at = await middle(target);
    return at.x > start + 60 && at.x < end - 60;
  };
  const y = (await topOf(place)).y;
  if (await isInSight()) {
    await carry(page, what, await topOf(place));
  } else {
    await carry(page, what, { x: isRight ? end - 10 : start + 10, y });
    const atItsEnd = () =>
      page.locator('.board').evaluate((board) => Math.abs(board.scrollLeft) + board.clientWidth >= board.scrollWidth - 2);
    await expect.poll(async () => (await isInSight()) || (await atItsEnd())).toBe(true);
    const at = await middle(target);
    await page.mouse.move(Math.min(Math.max(at.x, start + 52), end - 52), y, { steps: 6 });
  }
  await expect(target).toHaveClass(/over/);
  await page.mouse.up();
}

/** A finger, by the browser's own touch events. */
export class Finger {
  private constructor(
    private readonly page: Page,
    private readonly session: CDPSession,
  ) {}

  static async on(page: Page) {
    return new Finger(page, await page.context().newCDPSession(page));
  }

  async down(at: Point) {
    await this.send('touchStart', at);
  }

  async move(from: Point, to: Point, steps = 10) {
    for (let step = 1; step <= steps; step += 1) {
      const part = step / steps;
      await this.send('touchMove', { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part });
    }
  }

  async up() {
    await this.session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  }

  /** What the system does when a call comes in. */
  async cancel() {
    await this.session.send('Input.dispatchTouchEvent', { type: 'touchCancel', touchPoints: [] });
  }

  /** Rests on a card until it is lifted, carries it to a point and lets go. */
  async drag(what: Locator, to: Point) {
    const from = await grip(what);
    await this.down(from);
    await expect(this.page.locator('.board.carrying')).toBeVisible();
    await this.move(from, to);
    await this.up();
  }

  /** Wipes over the screen without resting first, as a thumb that scrolls. */
  async wipe(from: Point, to: Point) {
    await this.down(from);
    await this.move(from, to, 15);
    await this.up();
  }

  private async send(type: 'touchStart' | 'touchMove', at: Point) {
    await this.session.send('Input.dispatchTouchEvent', { type, touchPoints: [at] });
  }
}
