import { parseArgs } from 'node:util'
import { fuzzProofs } from './proofs.ts'

/** `npm run fuzz:proofs -- --batches 1000 --seed 1`: one JSON line; ends with 1 when a fault is not shown or a right batch is removed. */
const { values } = parseArgs({
  options: { batches: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } },
})

function whole(name: keyof typeof values): number {
  const text = values[name]
  if (!/^\d{1,9}$/.test(text)) throw new TypeError(`--${name} takes a whole number below 10^9, not ${text}`)
  return Number(text)
}

const report = await fuzzProofs(whole('batches'), whole('seed'))
process.stdout.write(`${JSON.stringify(report)}\n`)
if (report.failures.length > 0) process.exitCode = 1
