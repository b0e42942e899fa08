/**
 * Runs the suites and checks of continuous integration one after another and ends with `N passed, N failed`.
 * A check counts as one; a suite whose closing line is missing counts as failed, whatever its exit code.
 */
import { spawn } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'

interface Step {
  readonly name: string
  readonly command: readonly string[]
  /** Closing lines that must be found in the output, each with groups `passed` and, when there are any, `failed`. */
  readonly summaries: readonly { readonly suite: string; readonly passed: RegExp; readonly failed: RegExp }[]
}

const steps: readonly Step[] = [
  {
    name: 'tests',
    command: ['npm', 'test'],
    summaries: [
      {
        suite: 'typescript',
        passed: /^\s*Tests\s.*?\b(\d+) passed/m,
        failed: /^\s*Tests\s.*?\b(\d+) failed/m,
      },
      {
        suite: 'contracts',
        passed: /^Ran \d+ test suites? .*?: (\d+) tests passed/m,
        failed: /^Ran \d+ test suites? .*?, (\d+) failed/m,
      },
    ],
  },
  { name: 'lint', command: ['npm', 'run', 'lint'], summaries: [] },
  { name: 'types', command: ['npm', 'run', 'types'], summaries: [] },
  { name: 'contracts', command: ['npm', 'run', 'contracts'], summaries: [] },
  { name: 'boundaries', command: ['npm', 'run', 'boundaries'], summaries: [] },
  { name: 'unused', command: ['npm', 'run', 'unused'], summaries: [] },
]

async function run(command: readonly string[]): Promise<{ exitCode: number; output: string }> {
  const [file, ...args] = command
  const child = spawn(file as string, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const chunks: Buffer[] = []
  for (const [stream, target] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const)
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      target.write(chunk)
    })
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? 1))
  })
  return { exitCode, output: stripVTControlCharacters(Buffer.concat(chunks).toString('utf8')) }
}

function count(step: Step, exitCode: number, output: string): { passed: number; failed: number } {
  if (step.summaries.length === 0) return exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
  let passed = 0
  let failed = 0
  for (const summary of step.summaries) {
    const found = summary.passed.exec(output)
    const failures = summary.failed.exec(output)
    if (found === null && failures === null) {
      console.error(`ci: no closing line of the ${summary.suite} suite`)
      failed += 1
    }
    passed += Number(found?.[1] ?? 0)
    failed += Number(failures?.[1] ?? 0)
  }
  if (exitCode !== 0 && failed === 0) failed = 1
  return { passed, failed }
}

/** Names of failed tests, as the suites' runners print them: a log may be cut, and its end is what is left. */
const failure = /^\s*(?:FAIL\s+\S.*|\[FAIL.*)$/gm

const failures = new Set<string>()
let passed = 0
let failed = 0
for (const step of steps) {
  const started = Date.now()
  console.log(`\nci: ${step.name}`)
  const { exitCode, output } = await run(step.command)
  const counts = count(step, exitCode, output)
  passed += counts.passed
  failed += counts.failed
  if (counts.failed > 0) {
    failures.add(`check ${step.name}`)
    for (const [line] of output.matchAll(failure)) failures.add(line.trim())
  }
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  console.log(`ci: ${step.name} ${counts.failed === 0 ? 'held' : 'FAILED'} in ${seconds} s`)
}
for (const line of failures) console.log(`ci: failed: ${line}`)
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
