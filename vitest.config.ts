import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // What the operator has installed changes no test; nothing can be made there either.
    env: { XDG_DATA_HOME: '/proc/none' },
    globalSetup: ['test/support/temporary.ts'],
    include: ['test/**/*.test.ts'],
    // These need installed tools: `npm run test:tools`. Fixtures are trees of files, whatever their names.
    exclude: ['test/tools/**/*.tools.test.ts', 'test/tools/*/{positive,negative,fixtures,unparsable}/**'],
    // Sandbox tests start real processes; the limit is for a hung one, not a budget.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
