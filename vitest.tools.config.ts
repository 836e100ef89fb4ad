import { defineConfig } from 'vitest/config';

/** Tests that fetch real tools from their registries: `npm run test:tools`. */
export default defineConfig({
  test: {
    globalSetup: ['test/support/temporary.ts'],
    include: ['test/**/*.tools.test.ts'],
    // A Go build from an empty cache takes minutes on a busy machine; the limit is for a hung one.
    testTimeout: 1_800_000,
    hookTimeout: 1_800_000,
    maxWorkers: 1,
  },
});
