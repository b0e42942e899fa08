import { destination, pino } from 'pino'
import { choice, optionsOf, toggle, whole } from '../options.ts'
import { held, runCrash } from './crash.ts'
import { heldAgainstLies, runCrashLies } from './crash-lies.ts'

const values = optionsOf(
  'npm run test:crash --',
  'Kills processes of a stack at random moments under load and checks that nothing is lost, doubled or signed twice.',
  {
    moments: whole('Moments at which something is killed.', 50, { minimum: 1 }),
    seed: whole('What the moments are drawn from.', 1),
    da: choice('Where data is posted.', ['local', 'ethereum-blobs'], 'local'),
    rate: whole('Messages a second.', 50, { minimum: 1 }),
    lies: toggle(
      'Make wrong claims all the time, and kill while they are taken back; data is posted to the local layer.',
    ),
    keep: toggle('Keep data and logs.'),
  },
)

const log = pino({ level: 'info', base: null }, destination({ dest: 2, sync: true }))
const asked = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => asked.abort(new Error(`${signal} was received`)))

const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PARLEY_')))
const options = {
  moments: values.moments,
  seed: String(values.seed),
  messagesPerSecond: values.rate,
  keep: values.keep,
}
const deps = { log, env: env as Record<string, string> }

async function run(): Promise<{ readonly report: object; readonly held: boolean }> {
  if (values.lies) {
    const report = await runCrashLies(deps, options, asked.signal)
    return { report, held: heldAgainstLies(report) }
  }
  const report = await runCrash(deps, { ...options, layer: values.da }, asked.signal)
  return { report, held: held(report) }
}

const ended = await run()
process.stdout.write(`${JSON.stringify(ended.report)}\n`, () => process.exit(ended.held ? 0 : 1))
