import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Deployments of every preset on development chains. */
export default defineConfig({
  root: fileURLToPath(new URL('../../..', import.meta.url)),
  test: {
    include: ['test/chains/*.test.ts', 'infra/test/chains.test.ts', 'cli/test/deployment-chain.test.ts'],
    testTimeout: 360_000,
    hookTimeout: 360_000,
    fileParallelism: false,
  },
})
