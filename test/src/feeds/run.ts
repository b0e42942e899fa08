import { destination, pino } from 'pino'
import { optionsOf, toggle, whole } from '../options.ts'
import { held, runFeeds } from './feeds.ts'

const values = optionsOf(
  'npm run test:feeds --',
  'Lets readers of a relay change what they follow and break off, kills the relay, and checks that nothing is lost, doubled or out of place.',
  {
    moments: whole('Mutations, broken connections and kills.', 200, { minimum: 1 }),
    readers: whole('Readers.', 20, { minimum: 1 }),
    seed: whole('What the moments are drawn from.', 1),
    rate: whole('Messages a second.', 50, { minimum: 1 }),
    keep: toggle('Keep data and logs.'),
  },
)

const log = pino({ level: 'info', base: null }, destination({ dest: 2, sync: true }))
const asked = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => asked.abort(new Error(`${signal} was received`)))

const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PARLEY_')))
const report = await runFeeds(
  { log, env: env as Record<string, string> },
  {
    moments: values.moments,
    readers: values.readers,
    seed: String(values.seed),
    messagesPerSecond: values.rate,
    keep: values.keep,
  },
  asked.signal,
)
process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(held(report) ? 0 : 1))
