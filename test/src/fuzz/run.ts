import { parseArgs } from 'node:util'
import { fuzz } from './fuzz.ts'

/** `npm run fuzz -- --inputs 1000000 --seed 1 [--from 0] [--limit-ms 5000] [--only http]`: one JSON line; ends with 1 when anything broke. */
const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    'limit-ms': { type: 'string', default: '5000' },
    only: { type: 'string', default: '' },
  },
})

function whole(name: Exclude<keyof typeof values, 'only'>): number {
  const text = values[name]
  if (!/^\d{1,9}$/.test(text)) throw new TypeError(`--${name} takes a whole number below 10^9, not ${text}`)
  return Number(text)
}

const report = await fuzz({
  seed: whole('seed'),
  inputs: whole('inputs'),
  from: whole('from'),
  limitMs: whole('limit-ms'),
  only: values.only,
  module: new URL('./targets/index.ts', import.meta.url).href,
})
process.stdout.write(`${JSON.stringify(report)}\n`)
if (report.failures.length > 0) process.exitCode = 1
