import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { choice, optionsOf, whole } from '../options.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const stepsOf = (seed: string): readonly (readonly [name: string, ...command: string[]])[] => [
  ['properties', 'npx', 'vitest', 'run', '--config', 'test/src/nightly/vitest.config.ts'],
  ['fuzz', 'npm', 'run', '-s', 'fuzz', '--', '--inputs', '5000000', '--seed', seed],
  ['transition', 'npm', 'run', '-s', 'fuzz:transition', '--', '--steps', '100000', '--seed', seed],
  ['proofs', 'npm', 'run', '-s', 'fuzz:proofs', '--', '--batches', '1000', '--seed', seed],
  ['bad-input', 'npm', 'run', '-s', 'fuzz:bad-input', '--', '--flips', '500', '--seed', seed],
  ['invariants', 'npm', 'run', '-s', 'contracts:deep', '--', '--seed', seed],
  ['crash', 'npm', 'run', '-s', 'test:crash', '--', '--moments', '200', '--seed', seed],
  ['feeds', 'npm', 'run', '-s', 'test:feeds', '--', '--moments', '400', '--seed', seed],
  ['lies', 'npm', 'run', '-s', 'test:crash', '--', '--lies', '--moments', '50', '--seed', seed],
  ['takeover', 'npm', 'run', '-s', 'model:takeover', '--', '--seed', seed],
  ['hostile', 'npm', 'run', '-s', 'test:hostile', '--', '--json'],
  ['walk', 'npm', 'run', '-s', 'test:walk'],
  ['long', 'npm', 'run', '-s', 'test:long'],
  ['guard', 'npx', 'parley', 'bench', 'guard'],
]
const values = optionsOf(
  'npm run nightly --',
  'Runs what takes too long for every change. Its seed is new each time, and printed, so that a failure can be run again.',
  {
    seed: whole('What is random in all of it.', undefined, { minimum: 1 }),
    only: choice(
      'Runs this step alone.',
      stepsOf('').map(([name]) => name),
      undefined,
    ),
  },
)
const seed = String(values.seed ?? randomInt(1, 1_000_000_000))

async function holds(command: readonly string[]): Promise<boolean> {
  const [file, ...args] = command
  const env = { ...process.env, PROPERTY_SEED: seed }
  const child = spawn(file as string, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] })
  return await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code === 0))
  })
}

let passed = 0
const failed: string[] = []
for (const [name, ...command] of stepsOf(seed)) {
  if (values.only !== undefined && values.only !== name) continue
  console.log(`nightly: ${name}, seed ${seed}`)
  const started = Date.now()
  const held = await holds(command)
  if (held) passed += 1
  else failed.push(name)
  console.log(`nightly: ${name} ${held ? 'held' : 'FAILED'} in ${((Date.now() - started) / 60_000).toFixed(1)} minutes`)
}
for (const name of failed) console.log(`nightly: again by npm run nightly -- --only ${name} --seed ${seed}`)
console.log(`\n${passed} passed, ${failed.length} failed`)
process.exitCode = failed.length === 0 && passed > 0 ? 0 : 1
