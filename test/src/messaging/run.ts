import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { plantedFaults } from './faults.ts'

const root = fileURLToPath(new URL('../../../messaging', import.meta.url))
const config = fileURLToPath(new URL('vitest.config.ts', import.meta.url))
const vitest = fileURLToPath(import.meta.resolve('vitest/package.json')).replace('package.json', 'vitest.mjs')

interface Outcome {
  readonly numPassedTests: number
  readonly numFailedTests: number
}

/** What vitest says of the regressions, with a fault planted or without. */
function run(name: string | undefined, only: string): Outcome {
  const folder = mkdtempSync(join(tmpdir(), 'regressions-'))
  try {
    const report = join(folder, 'report.json')
    const args = [vitest, 'run', '--config', config, '--reporter=json', `--outputFile=${report}`, '-t', only]
    const env = name === undefined ? process.env : { ...process.env, PLANTED: name }
    spawnSync(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'], timeout: 300_000 })
    return JSON.parse(readFileSync(report, 'utf8')) as Outcome
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** A test's name as a pattern. */
const pattern = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

const sound = run(undefined, '')
const survivors: string[] = []
for (const { name, test } of plantedFaults) {
  const { numFailedTests, numPassedTests } = run(name, pattern(test))
  const isFound = numFailedTests > 0
  if (!isFound) survivors.push(name)
  console.error(`${isFound ? 'found' : 'SURVIVED'} ${name}: ${test} (${numPassedTests} passed)`)
}
const { numPassedTests: passed, numFailedTests: failed } = sound
const found = plantedFaults.length - survivors.length
process.stdout.write(`${JSON.stringify({ passed, failed, planted: plantedFaults.length, found, survivors })}\n`)
if (failed > 0 || passed === 0 || survivors.length > 0) process.exitCode = 1
