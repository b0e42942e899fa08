import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// Many files have a process of their own, and lanes have threads: what Node compiles for one is kept for the others.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url))

/** Whose tests start processes by command lines and measure: each file has a process of its own. Files of all others share some. */
const withProcesses = ['cli', 'lab', 'test']
const ofPackages = '*/test/**/*.test.ts'
const apart = withProcesses.map((name) => `${name}/test/**/*.test.ts`)

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
    maxWorkers: 6,
    sequence: { sequencer: LongestFirst },
    // These end what hangs. How long something takes is asserted nowhere, and other machines are several times slower.
    coverage: { include: ['*/src/**/*.ts'], exclude: ['test/**', '**/bench/**'], reporter: ['text-summary', 'html'] },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: [ofPackages],
          exclude: [...configDefaults.exclude, ...apart],
          isolate: false,
        },
      },
      { extends: true, test: { name: 'apart', include: [...apart, 'test/system/**/*.test.ts'] } },
    ],
  },
})
