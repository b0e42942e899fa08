import { spawn } from 'node:child_process'
import { parseArgs } from 'node:util'
import { root } from './deployed.ts'

interface InvariantResult {
  readonly status: 'Success' | 'Failure' | 'Skipped'
  readonly reason: string | null
  readonly kind: { readonly Invariant?: { readonly runs: number; readonly calls: number } }
}
type Report = Readonly<Record<string, { readonly test_results: Readonly<Record<string, InvariantResult>> }>>

const help = `Walks through all invariants of the contracts, a million random calls in all. The last line is a line of JSON; ends with 1 when
an invariant does not hold.

Usage: npm run contracts:deep -- [options]

  --seed <value>    What the calls are drawn from. Takes a whole number. Default 1.
  --help            Print this.
`

function askedSeed(): string {
  const options = { seed: { type: 'string' }, help: { type: 'boolean' } } as const
  try {
    const { seed = '1', help: isHelp } = parseArgs({ options }).values
    if (isHelp === true) end(0, help)
    if (!/^\d{1,9}$/.test(seed)) throw new RangeError(`--seed takes a whole number, not ${seed}`)
    return seed
  } catch (error) {
    end(2, `${(error as Error).message}\nSee npm run contracts:deep -- --help\n`)
  }
}

function end(code: number, text: string): never {
  ;(code === 0 ? process.stdout : process.stderr).write(text)
  process.exit(code)
}

/** What forge reports as JSON: the last line of its output that is some. */
async function reportOf(args: readonly string[]): Promise<Report> {
  const child = spawn('forge', args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (text: string) => {
    output += text
  })
  await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const line = output.split('\n').findLast((text) => text.startsWith('{'))
  if (line === undefined) end(1, `forge gave no report: ${output.slice(-2_000)}\n`)
  return JSON.parse(line)
}

const seed = askedSeed()
const begun = Date.now()
const report = await reportOf(['test', '--json', '--match-contract', 'InvariantsTest', '--fuzz-seed', seed])
const results = Object.entries(report).flatMap(([suite, { test_results }]) =>
  Object.entries(test_results).map(([test, result]) => ({ name: `${suite.split(':').at(-1)} ${test}`, result })),
)
const calls = results.reduce((sum, { result }) => sum + (result.kind.Invariant?.calls ?? 0), 0)
const failed = results
  .filter(({ result }) => result.status === 'Failure')
  .map(({ name, result }) => `${name}: ${result.reason ?? 'no reason'}`)
const minutes = Math.round((Date.now() - begun) / 6_000) / 10
console.log(JSON.stringify({ seed: Number(seed), suites: Object.keys(report).length, calls, minutes, failed }))
if (failed.length > 0 || calls === 0) process.exitCode = 1
