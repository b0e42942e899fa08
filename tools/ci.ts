/**
 * Runs the suites and checks of continuous integration one after another and ends with `N passed, N failed`.
 * A check counts as one; a suite whose closing line is missing counts as failed, whatever its exit code.
 */
import { spawn } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'

interface Step {
  readonly name: string
  /** Minutes after which it counts as failed: about twice what it takes on two idle cores. All together should take 30. */
  readonly minutes: number
  readonly command: readonly string[]
  /** Closing lines that must be found in the output, each with groups `passed` and, when there are any, `failed`. */
  readonly summaries: readonly { readonly suite: string; readonly passed: RegExp; readonly failed: RegExp }[]
}

const steps: readonly Step[] = [
  {
    name: 'tests',
    minutes: 40,
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
  { name: 'prose', minutes: 1, command: ['npm', 'run', 'prose'], summaries: [] },
  { name: 'lint', minutes: 1, command: ['npm', 'run', 'lint'], summaries: [] },
  { name: 'types', minutes: 3, command: ['npm', 'run', 'types'], summaries: [] },
  { name: 'contracts', minutes: 8, command: ['npm', 'run', 'contracts'], summaries: [] },
  { name: 'boundaries', minutes: 1, command: ['npm', 'run', 'boundaries'], summaries: [] },
  { name: 'unused', minutes: 2, command: ['npm', 'run', 'unused'], summaries: [] },
  { name: 'server', minutes: 3, command: ['npm', 'run', 'server:size'], summaries: [] },
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

/**
 * Failed tests as the suites' runners print them, each with the lines that say why: a log may be cut, and its end is what is
 * left.
 */
const failure = /^\s*(?:FAIL\s+\S.*(?:\n(?!\s*(?:FAIL\s|⎯)).*){0,24}|\[FAIL.*)$/gm

/** Tests that passed only at the second attempt. */
const secondAttempt = /^SECOND ATTEMPT .*(?:\n {4}.*)*/gm

const failures = new Set<string>()
const seconds: string[] = []
const times: string[] = []
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
  for (const [lines] of output.matchAll(secondAttempt)) seconds.push(lines)
  const took = (Date.now() - started) / 60_000
  times.push(`${step.name.padEnd(10)} ${took.toFixed(1).padStart(5)} of ${step.minutes} minutes`)
  if (took > step.minutes) {
    failed += 1
    failures.add(`check ${step.name} took ${took.toFixed(1)} minutes, more than its ${step.minutes}`)
  }
  console.log(`ci: ${step.name} ${counts.failed === 0 ? 'held' : 'FAILED'}`)
}
console.log('')
for (const line of times) console.log(`ci: ${line}`)
for (const lines of seconds) console.log(`ci: ${lines}`)
for (const line of failures) console.log(`ci: failed: ${line}`)
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
