import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { longFiles } from './test/src/long/files.ts'
import { SecondAttempts } from './tools/second-attempts.ts'

// Many files have a process of their own, and lanes have threads: what Node compiles for one is kept for the others.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url))

/** Whose tests start processes by command lines and measure: each file has a process of its own. Files of all others share some. */
const withProcesses = ['cli', 'lab', 'test']
const ofPackages = '*/test/**/*.test.ts'
const apart = withProcesses.map((name) => `${name}/test/**/*.test.ts`)

/** Files that take longest, longest first: one that began last would keep a single core busy while the others wait. */
const longest = [
  'cli/test/binary',
  'test/system/cli-dev',
  'test/system/messaging',
  'test/system/adversary',
  'test/system/l2-reorgs',
  'test/system/messaging-walk',
  'sequencer/test/removal',
  'test/system/keys-and-rules',
  'test/system/cli-rescue',
  'da-adapters/test/blob-publishing',
  'da-adapters/test/blob-crash',
  'da-adapters/test/blob-pool',
  'test/system/messaging-gateways',
  'test/system/watch',
  'test/system/rescue',
  'node/test/restart',
  'sequencer/test/recovery',
  'test/system/pds-audit',
  'test/system/withheld-data',
  'lab/test/drill-counting',
  'da-adapters/test/blob-abandoning',
  'test/system/signer',
  'test/system/feeds',
  'test/system/cli-conversation',
  'da-adapters/test/blob-sources',
  'test/system/lost-key',
  'node/test/answers',
  'test/system/crash',
  'cli/test/command-line',
  'test/system/shared-journal',
  'da-adapters/test/compliance',
  'node/test/watch',
  'test/system/answered-data',
  'test/system/node',
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
    reporters: ['default', new SecondAttempts()],
    // These end what hangs. How long something takes is asserted nowhere, and other machines are several times slower.
    coverage: { include: ['*/src/**/*.ts'], exclude: ['test/**', '**/bench/**'], reporter: ['text-summary', 'html'] },
    testTimeout: 360_000,
    hookTimeout: 360_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: [ofPackages],
          exclude: [...configDefaults.exclude, ...apart, ...longFiles],
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'apart',
          include: [...apart, 'test/system/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...longFiles],
          // Whole stacks share the cores. Who needed a second attempt is named at the end, as a defect to be mended.
          retry: 1,
        },
      },
      { extends: true, test: { name: 'long', include: [...longFiles] } },
    ],
  },
})
