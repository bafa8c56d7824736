import type { FullResult, Reporter, TestCase, TestResult } from '@playwright/test/reporter';

/** Ends the run with one plain line, after the names of those that needed a second try. */
export default class Tally implements Reporter {
  private readonly ends = new Map<string, boolean>();
  private readonly slips = new Set<string>();

  onTestEnd(test: TestCase, result: TestResult) {
    if (result.status === 'skipped') return;
    this.ends.set(test.id, test.ok() && result.status === test.expectedStatus);
    if (test.outcome() === 'flaky') this.slips.add(test.titlePath().filter(Boolean).join(' › '));
  }

  printsToStdio() {
    return false;
  }

  onEnd(result: FullResult) {
    const passed = [...this.ends.values()].filter(Boolean).length;
    const failed = this.ends.size - passed;
    process.once('exit', () => {
      const cut = result.status === 'interrupted' || result.status === 'timedout' ? ` (${result.status})` : '';
      for (const slip of this.slips) process.stdout.write(`passed at the second try only: ${slip}\n`);
      process.stdout.write(`browser tests: ${passed} passed, ${failed} failed${cut}\n`);
    });
  }
}
