import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Stack } from '@parley/lab'
import { destination, pino } from 'pino'
import { choice, optionsOf, toggle, whole } from '../options.ts'
import { attacks, type Target } from './attacks.ts'
import { honestCost } from './honest.ts'
import { measure, type Outcome, type Victim } from './measure.ts'
import { largePaths, startLoaded } from './stack.ts'

const values = optionsOf(
  'npm run test:hostile --',
  'Attacks real processes, and prints what each attack cost them and whether others were served.',
  {
    json: toggle('Print an object a line.'),
    only: choice(
      'Runs this attack alone.',
      attacks.map(({ name }) => name),
      undefined,
    ),
    seconds: whole('How long an attack takes.', 12, { minimum: 3 }),
    keep: toggle('Keep data and logs.'),
  },
)
const chosen = attacks.filter(({ name }) => values.only === undefined || name === values.only)

const log = pino({ level: 'info', base: null }, destination({ dest: 2, sync: true }))
const asked = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => asked.abort(new Error(`${signal} was received`)))

/** What another client asks for while a process is attacked. */
const probed: Readonly<Record<Target, readonly string[]>> = {
  sequencer: ['/healthz', '/v1/status'],
  node: ['/healthz', '/v1/status'],
  da: ['/healthz'],
  batcher: ['/healthz', '/v1/status'],
}

async function victimsOf(stack: Stack, large: Readonly<Record<Target, string>>): Promise<Map<Target, Victim>> {
  const { sequencerUrl, nodeUrl, daLocalUrl, batcherUrl } = stack.places
  const urls = { sequencer: sequencerUrl, node: nodeUrl, da: daLocalUrl, batcher: batcherUrl }
  const honest = { ...large, sequencer: '/v1/conversations/0/0', node: '/v1/conversations/0/0' }
  const victims = new Map<Target, Victim>()
  for (const target of Object.keys(urls) as Target[]) {
    const pid = stack.roles.pids.get(target)
    const url = urls[target]
    if (pid === undefined || url === undefined) throw new Error(`no ${target} runs in this stack`)
    const honestCpuMsPerKilobyte = await honestCost(url, pid, honest[target])
    victims.set(target, { url, pid, probed: probed[target], honestCpuMsPerKilobyte })
  }
  return victims
}

function print(outcome: Outcome): void {
  if (values.json) process.stdout.write(`${JSON.stringify(outcome)}\n`)
  else {
    const { attack, rssGrowthMb, cpuMsPerKilobyte, p99Ms, filesBefore, filesAfter, broken } = outcome
    const held = broken.length === 0 ? 'holds' : `BROKEN: ${broken.join(', ')}`
    const cost = `+${rssGrowthMb.toFixed(0)} MB, ${cpuMsPerKilobyte} ms/kB, p99 ${p99Ms.toFixed(0)} ms`
    process.stdout.write(`${attack.padEnd(28)} ${cost}, files ${filesBefore} to ${filesAfter}: ${held}\n`)
  }
}

async function attackAll(dataDir: string): Promise<boolean> {
  const idle = (loadavg()[0] ?? 0) < 0.5 * availableParallelism()
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PARLEY_')))
  const stack = await startLoaded({ log, env: env as Record<string, string>, dataDir }, asked.signal)
  try {
    const large = await largePaths(stack, dataDir)
    const victims = await victimsOf(stack, large)
    let held = true
    for (const attack of chosen) {
      asked.signal.throwIfAborted()
      const victim = victims.get(attack.target) as Victim
      const outcome = await Promise.race([
        measure(attack, victim, { large }, { attackMs: 1_000 * values.seconds, idle }),
        stack.failed,
      ])
      print(outcome)
      held &&= outcome.broken.length === 0
    }
    return held
  } finally {
    await stack.stop()
  }
}

const dataDir = await mkdtemp(join(tmpdir(), 'parley-hostile-'))
try {
  process.exitCode = (await attackAll(dataDir)) ? 0 : 1
} finally {
  if (values.keep) log.info({ dataDir }, 'data and logs are kept')
  else await rm(dataDir, { recursive: true })
}
