import { parseArgs } from 'node:util'
import { fuzzTransition } from './transition.ts'

/** `npm run fuzz:transition -- --steps 100000 --seed 1`: one JSON line; ends with 1 when anybody disagreed. */
const { values } = parseArgs({
  options: { steps: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
})

function whole(name: keyof typeof values): number {
  const text = values[name]
  if (!/^\d{1,9}$/.test(text)) throw new TypeError(`--${name} takes a whole number below 10^9, not ${text}`)
  return Number(text)
}

const report = await fuzzTransition(whole('steps'), whole('seed'))
process.stdout.write(`${JSON.stringify(report)}\n`)
if (report.failures.length > 0) process.exitCode = 1
