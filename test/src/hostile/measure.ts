import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Attack, Places, Target } from './attacks.ts'
import { type Probed, probe } from './probe.ts'
import { type Usage, usageOf } from './usage.ts'

/** A process that is attacked. */
export interface Victim {
  readonly url: string
  readonly pid: number
  /** What another client asks for meanwhile. */
  readonly probed: readonly string[]
  /** CPU of an honest request for each kilobyte of it. */
  readonly honestCpuMsPerKilobyte: number
}

/** What one attack cost. */
export interface Outcome {
  readonly attack: string
  readonly target: Target
  readonly about: string
  /** Whether another client was answered all the time. */
  readonly served: boolean
  readonly rssGrowthMb: number
  readonly cpuMsPerKilobyte: number
  readonly honestCpuMsPerKilobyte: number
  readonly p99Ms: number
  /** The same beside as much CPU used by nobody's requests. */
  readonly burnP99Ms: number
  readonly filesBefore: number
  readonly filesAfter: number
  readonly sentKilobytes: number
  /** Bounds that do not hold; none when all do. */
  readonly broken: readonly string[]
}

export interface MeasureOptions {
  /** Milliseconds that an attack lasts. */
  readonly attackMs: number
  /** Whether the machine has nothing else to do, so that times count. */
  readonly idle: boolean
}

const bounds = { cpuRatio: 5, latencyRatio: 5, idleP99Ms: 250, growthMb: 150, files: 5 }
/** Answers take longer than this without anyone noticing; ratios of less are noise. */
const noticedMs = 50
const returnWithinMs = 20_000

/** Attacks a process and measures it, another client beside it, and the same client beside as much idle work. */
export async function measure(
  attack: Attack,
  victim: Victim,
  places: Places,
  options: MeasureOptions,
): Promise<Outcome> {
  const resting = await watched(victim, options.attackMs / 3)
  const before = usageOf(victim.pid)
  const ownBefore = process.cpuUsage()
  const port = Number(new URL(victim.url).port)
  const attacker = new Worker(new URL('./attacker.ts', import.meta.url), {
    workerData: { name: attack.name, port, places },
  })
  const under = await watched(victim, options.attackMs)
  attacker.postMessage('stop')
  const { sentBytes } = await new Promise<{ sentBytes: number }>((resolve) => attacker.once('message', resolve))
  const own = process.cpuUsage(ownBefore)
  if (attack.holds !== true) attacker.postMessage('leave')
  const filesAfter = await returned(victim.pid, before.files)
  await attacker.terminate()
  const cpuMs = Math.max(0, under.cpuMs - resting.cpuMs * 3)
  const used = (under.cpuMs + (own.user + own.system) / 1_000) / options.attackMs
  const burnt = await beside(used, () => watched(victim, options.attackMs))
  const kilobytes = sentBytes / 1_024
  return judged(
    {
      attack: attack.name,
      target: attack.target,
      about: attack.about,
      served: under.probed.failed === 0 && under.probed.asked > 0,
      rssGrowthMb: round(under.peakMb - before.rssMb),
      cpuMsPerKilobyte: round(cpuMs / kilobytes),
      honestCpuMsPerKilobyte: round(victim.honestCpuMsPerKilobyte),
      p99Ms: round(under.probed.p99Ms),
      burnP99Ms: round(burnt.probed.p99Ms),
      filesBefore: before.files,
      filesAfter,
      sentKilobytes: round(kilobytes),
    },
    options,
  )
}

const round = (value: number): number => Math.round(value * 1_000) / 1_000

function judged(found: Omit<Outcome, 'broken'>, { idle }: MeasureOptions): Outcome {
  const broken: string[] = []
  const check = (name: string, holds: boolean): void => {
    if (!holds) broken.push(name)
  }
  check('served', found.served)
  check('rssGrowthMb', found.rssGrowthMb <= bounds.growthMb)
  check('cpuMsPerKilobyte', found.cpuMsPerKilobyte <= bounds.cpuRatio * found.honestCpuMsPerKilobyte)
  check('p99Ms', found.p99Ms <= bounds.latencyRatio * Math.max(found.burnP99Ms, noticedMs))
  if (idle) check('idle p99Ms', found.p99Ms <= bounds.idleP99Ms)
  check('files', found.filesAfter <= found.filesBefore + bounds.files)
  return { ...found, broken }
}

interface Watched {
  readonly probed: Probed
  readonly peakMb: number
  readonly cpuMs: number
}

async function watched(victim: Victim, ms: number): Promise<Watched> {
  const before = usageOf(victim.pid)
  const signal = AbortSignal.timeout(ms)
  const probing = probe(victim.url, victim.probed, signal)
  let peakMb = before.rssMb
  while (!signal.aborted) {
    await sleep(100)
    peakMb = Math.max(peakMb, usageOf(victim.pid).rssMb)
  }
  return { probed: await probing, peakMb, cpuMs: usageOf(victim.pid).cpuMs - before.cpuMs }
}

/** Files of the process once there are no more of them than before, or at the end of the time it has for that. */
async function returned(pid: number, before: number): Promise<number> {
  const late = performance.now() + returnWithinMs
  let now: Usage = usageOf(pid)
  while (now.files > before + bounds.files && performance.now() < late) {
    await sleep(200)
    now = usageOf(pid)
  }
  return now.files
}

/** Runs beside threads that use `cores` in all. */
async function beside<T>(cores: number, run: () => Promise<T>): Promise<T> {
  const shares = Array.from({ length: Math.ceil(cores) }, (_, i) => Math.min(1, cores - i))
  const burners = shares.map((share) => new Worker(new URL('./burn.ts', import.meta.url), { workerData: { share } }))
  try {
    return await run()
  } finally {
    await Promise.all(burners.map((burner) => burner.terminate()))
  }
}
