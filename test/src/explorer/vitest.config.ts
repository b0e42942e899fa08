import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** The explorer over a real node: too much for every change. */
export default defineConfig({
  root: fileURLToPath(new URL('../../..', import.meta.url)),
  test: { include: ['test/system/explorer.test.ts'], testTimeout: 120_000 },
})
