import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// Every file of tests has a process of its own, and lanes have threads: what Node compiles for one is kept for the others.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url))

/** Packages whose tests share nothing but modules: a process for each file would cost as much as the tests themselves. */
const pure = ['protocol', 'http', 'runtime', 'l2', 'messaging'].map((name) => `${name}/test/**/*.test.ts`)

/** Files that take longest, longest first: one that began last would keep a single core busy while the others wait. */
const longest = [
  'test/system/cli-dev-load',
  'test/system/cli-dev',
  'test/system/chat-page',
  'test/system/l2-reorgs',
  'test/system/adversary',
  'test/system/moved-chain',
  'test/system/drill',
  'test/system/keys-and-rules',
  'test/system/published',
  'test/system/rescue',
  'test/system/cli-rescue',
  'test/system/withheld-data',
  'test/system/crash',
  'test/system/crash-lies',
  'test/system/watch',
  'sequencer/test/removal',
  'lab/test/bench/latency',
  'lab/test/bench/verify',
  'lab/test/bench/fanout',
  'cli/test/binary',
  'node/test/restart',
  'test/system/lost-key',
  'test/system/answered-data',
  'test/system/cli-contacts',
  'test/system/cli-conversation',
  'test/system/lying-node',
  'test/system/node',
  'node/test/withheld',
  'test/system/removal',
  'da-adapters/test/ethereum-blobs',
  'da-adapters/test/blob-crash',
  'node/test/archive',
  'da-adapters/test/blob-publishing',
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const found = longest.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`))
      return found === -1 ? longest.length : found
    }
    return (await super.sort(files)).sort((a, b) => place(a) - place(b))
  }
}

export default defineConfig({
  test: {
    // Most of the longest files wait for chains for three quarters of their time: with a file a core, the cores would wait, too.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    // These end what hangs. How long something takes is asserted nowhere, and other machines are several times slower.
    coverage: { include: ['*/src/**/*.ts'], exclude: ['test/**', '**/bench/**'], reporter: ['text-summary', 'html'] },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      { extends: true, test: { name: 'pure', include: pure, isolate: false } },
      {
        extends: true,
        test: {
          name: 'apart',
          include: ['*/test/**/*.test.ts', 'test/system/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...pure],
        },
      },
    ],
  },
})
