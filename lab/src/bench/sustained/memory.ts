import { readFile } from 'node:fs/promises'
import { CliError } from '@parley/cli'
import type { Clock } from '@parley/runtime'

/** The most that a process held in memory, in MiB, by phase. */
export type Peaks = Readonly<Record<string, number>>

const everyMs = 2_000

/** Looks at what processes hold in memory until `signal`, and keeps the most of each phase. */
export class MemoryWatch {
  /** What the phase is called that runs now. */
  phase: string
  private readonly peaks = new Map<string, Map<string, number>>()
  private readonly pids: ReadonlyMap<string, number>

  constructor(pids: ReadonlyMap<string, number>, phase: string) {
    this.pids = pids
    this.phase = phase
  }

  /** @throws {CliError} `ARGUMENT_INVALID` where there is no Linux /proc, or the process is gone. */
  async run(clock: Clock, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.look()
      // An abort ends the wait; the loop's condition sees it.
      await clock.sleep(everyMs, signal).catch(() => undefined)
    }
  }

  /** By process. */
  get found(): Readonly<Record<string, Peaks>> {
    return Object.fromEntries([...this.peaks].map(([name, byPhase]) => [name, Object.fromEntries(byPhase)]))
  }

  private async look(): Promise<void> {
    const { phase } = this
    for (const [name, pid] of this.pids) {
      const held = await residentMiB(pid)
      const byPhase = this.peaks.get(name) ?? new Map<string, number>()
      byPhase.set(phase, Math.max(held, byPhase.get(phase) ?? 0))
      this.peaks.set(name, byPhase)
    }
  }
}

async function residentMiB(pid: number): Promise<number> {
  const argument = `/proc/${pid}/status`
  const text = await readFile(argument, 'utf8').catch((cause: unknown) => {
    throw new CliError({ code: 'ARGUMENT_INVALID', argument, reason: 'memory cannot be read' }, { cause })
  })
  const kibibytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1])
  if (Number.isNaN(kibibytes)) throw new CliError({ code: 'ARGUMENT_INVALID', argument, reason: 'has no VmRSS' })
  return Math.round(kibibytes / 1_024)
}
