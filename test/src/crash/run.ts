import { destination, pino } from 'pino'
import { choice, optionsOf, toggle, whole } from '../options.ts'
import { held, runCrash } from './crash.ts'

const values = optionsOf(
  'npm run test:crash --',
  'Kills processes of a stack at random moments under load and checks that nothing is lost, doubled or signed twice.',
  {
    moments: whole('Moments at which something is killed.', 50, { minimum: 1 }),
    seed: whole('What the moments are drawn from.', 1),
    da: choice('Where data is posted.', ['local', 'ethereum-blobs'], 'local'),
    rate: whole('Messages a second.', 50, { minimum: 1 }),
    keep: toggle('Keep data and logs.'),
  },
)

const log = pino({ level: 'info', base: null }, destination({ dest: 2, sync: true }))
const asked = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => asked.abort(new Error(`${signal} was received`)))

const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PARLEY_')))
const report = await runCrash(
  { log, env: env as Record<string, string> },
  {
    moments: values.moments,
    seed: String(values.seed),
    layer: values.da,
    messagesPerSecond: values.rate,
    keep: values.keep,
  },
  asked.signal,
)
process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(held(report) ? 0 : 1))
