import { defineConfig } from 'vitest/config';

const inherited = [
  'PGHOST',
  'PGPORT',
  'PGUSER',
  'PGPASSWORD',
  'PGDATABASE',
  'PGSERVICE',
  'DATABASE_URL',
  'NO_COLOR',
];
for (const name of inherited) delete process.env[name];

export default defineConfig({
  define: { PG_TUTOR_VERSION: JSON.stringify('0.0.0-test') },
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
