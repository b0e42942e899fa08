import { parseArgs } from 'node:util'
import { destination, pino } from 'pino'
import { held, runCrash } from './crash.ts'

const { values } = parseArgs({
  options: {
    moments: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    da: { type: 'string', default: 'local' },
    rate: { type: 'string', default: '50' },
    keep: { type: 'boolean', default: false },
  },
})

function whole(name: 'moments' | 'rate', minimum: number): number {
  const value = Number(values[name])
  if (!Number.isSafeInteger(value) || value < minimum)
    throw new RangeError(`--${name} must be a whole number from ${minimum}`)
  return value
}

if (values.da !== 'local' && values.da !== 'ethereum-blobs')
  throw new RangeError('--da must be local or ethereum-blobs')

const log = pino({ level: 'info', base: null }, destination({ dest: 2, sync: true }))
const asked = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => asked.abort(new Error(`${signal} was received`)))

const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PARLEY_')))
const report = await runCrash(
  { log, env: env as Record<string, string> },
  {
    moments: whole('moments', 1),
    seed: values.seed,
    layer: values.da,
    messagesPerSecond: whole('rate', 1),
    keep: values.keep,
  },
  asked.signal,
)
process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(held(report) ? 0 : 1))
