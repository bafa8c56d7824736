import { test as base, expect, type BrowserContext, type BrowserContextOptions, type Page } from '@playwright/test';
import { PASSWORD, Winback, addressOf, type Person } from './winback.ts';

export { expect } from '@playwright/test';
export type { Page } from '@playwright/test';

type StorageState = Awaited<ReturnType<BrowserContext['storageState']>>;

/** Opens a browser of its own, signed in as somebody or as nobody, on a blank page. */
export type Open = (who: Person | null, options?: BrowserContextOptions) => Promise<Page>;

/** What must not happen on any page, and what this test expects of it all the same. */
export class Watch {
  readonly problems: string[] = [];
  private readonly expected: RegExp[] = [];

  /** From now on, problems like this one are part of the test. */
  expect(problem: RegExp) {
    this.expected.push(problem);
  }

  over(context: BrowserContext) {
    context.on('page', (page) => this.overPage(page));
  }

  private overPage(page: Page) {
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') {
        this.note(`console ${message.type()}: ${message.text()} (${message.location().url})`);
      }
    });
    page.on('pageerror', (error) => this.note(`page error: ${error.stack ?? error.message}`));
    page.on('response', (response) => {
      if (response.status() >= 400) {
        this.note(`${response.status()} ${response.request().method()} ${new URL(response.url()).pathname}`);
      }
    });
    page.on('crash', () => this.note('the page crashed'));
  }

  private note(problem: string) {
    this.problems.push(problem);
  }

  /** What nobody expected. */
  surprises() {
    return this.problems.filter((problem) => !this.expected.some((pattern) => pattern.test(problem)));
  }
}

type Fixtures = { watch: Watch; open: Open };
type WorkerFixtures = { winback: Winback; signedIn: (who: Person) => Promise<StorageState> };

export const test = base.extend<Fixtures, WorkerFixtures>({
  winback: [
    async ({}, use) => {
      const winback = await Winback.start();
      await use(winback);
      await winback.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],

  signedIn: [
    async ({ winback, browser }, use) => {
      const states = new Map<Person, StorageState>();
      await use(async (who) => {
        const known = states.get(who);
        if (known) return known;
        const context = await browser.newContext({ baseURL: winback.url });
        const page = await context.newPage();
        await page.goto('/sign-in');
        await signIn(page, who);
        await expect(page).toHaveURL(/\/board$/);
        const state = await context.storageState();
        await context.close();
        states.set(who, state);
        return state;
      });
    },
    { scope: 'worker' },
  ],

  watch: [
    async ({}, use) => {
      const watch = new Watch();
      await use(watch);
      expect(watch.surprises(), 'what no page may say').toEqual([]);
    },
    { auto: true },
  ],

  open: async ({ winback, signedIn, watch, browser, contextOptions, viewport, hasTouch, isMobile, deviceScaleFactor, locale, timezoneId }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (who, options = {}) => {
      const storageState = who ? await signedIn(who) : undefined;
      const context = await browser.newContext({
        ...contextOptions,
        viewport,
        hasTouch,
        isMobile,
        deviceScaleFactor,
        locale,
        timezoneId,
        reducedMotion: 'reduce',
        baseURL: winback.url,
        storageState,
        ...options,
      });
      contexts.push(context);
      watch.over(context);
      await context.addInitScript(markReady);
      return context.newPage();
    });
    for (const context of contexts) await context.close();
  },
});

/**
 * Tells when the Wasm has taken over: the first module is there, none is on its way (pages fetch theirs when they are
 * needed), and the tasks that follow its arrival have run.
 */
function markReady() {
  let underWay = 0;
  let isThere = false;
  const settle = () => {
    underWay -= 1;
    const check = (tasks: number) => {
      if (underWay > 0 || !isThere) return;
      if (tasks > 0) setTimeout(check, 0, tasks - 1);
      else Object.assign(window, { winbackIsReady: true });
    };
    check(4);
  };
  const { fetch } = window;
  window.fetch = async (...request) => {
    const url = request[0] instanceof Request ? request[0].url : String(request[0]);
    if (!url.includes('/pkg/')) return fetch.apply(window, request);
    underWay += 1;
    return fetch.apply(window, request).finally(settle);
  };
  const { instantiateStreaming } = WebAssembly;
  WebAssembly.instantiateStreaming = async (...module) => {
    underWay += 1;
    const there = await instantiateStreaming.apply(WebAssembly, module).finally(() => (isThere = true));
    setTimeout(settle);
    return there;
  };
}

/** Waits until the page reacts. */
export async function ready(page: Page) {
  await page.waitForFunction(() => 'winbackIsReady' in window);
}

/** Goes to a page and waits until it reacts. */
export async function visit(page: Page, path: string) {
  const answer = await page.goto(path);
  await ready(page);
  return answer;
}

/** Reads the page anew and waits until it reacts. */
export async function reload(page: Page) {
  await page.reload();
  await ready(page);
}

/** Fills and sends the sign-in form of the current page. */
export async function signIn(page: Page, who: Person, password = PASSWORD) {
  await page.locator('input[name=email]').fill(addressOf(who));
  await page.locator('input[name=password]').fill(password);
  await page.locator('main form button.primary').click();
}

/** Shows the language and the ways out: on a phone they stand behind a button. */
export async function openAccount(page: Page) {
  const button = page.locator('.account-button');
  if (await button.isVisible()) await button.click();
}

/** Calls a server function as this page's person, the way a page of ours does. */
export async function call<T>(page: Page, winback: Winback, name: string, body: unknown): Promise<T> {
  const answer = await page.request.post(`/api/${name}`, { data: body, headers: { origin: winback.url } });
  expect(answer.ok(), `${name}: ${answer.status()} ${await answer.text()}`).toBe(true);
  return answer.json();
}
