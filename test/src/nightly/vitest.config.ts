import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const properties = globSync('*/test/**/*.test.ts', { cwd: root }).filter((file) =>
  readFileSync(`${root}/${file}`, 'utf8').includes("from 'fast-check'"),
)

/** All tests of properties, with another seed and more runs. */
export default defineConfig({
  root,
  resolve: {
    alias: [{ find: /^fast-check$/, replacement: fileURLToPath(new URL('fresh-fast-check.ts', import.meta.url)) }],
  },
  test: { include: properties, maxWorkers: 2, testTimeout: 3_600_000, hookTimeout: 120_000 },
})
