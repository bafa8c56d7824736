import type { FullResult, Reporter, TestCase, TestResult } from '@playwright/test/reporter';

/** Ends the run with one plain line. */
export default class Tally implements Reporter {
  private readonly ends = new Map<string, boolean>();

  onTestEnd(test: TestCase, result: TestResult) {
    if (result.status !== 'skipped') this.ends.set(test.id, test.outcome() === 'expected');
  }

  printsToStdio() {
    return false;
  }

  onEnd(result: FullResult) {
    const passed = [...this.ends.values()].filter(Boolean).length;
    const failed = this.ends.size - passed;
    process.once('exit', () => {
      const cut = result.status === 'interrupted' || result.status === 'timedout' ? ` (${result.status})` : '';
      process.stdout.write(`browser tests: ${passed} passed, ${failed} failed${cut}\n`);
    });
  }
}
