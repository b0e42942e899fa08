import { readdirSync, readFileSync } from 'node:fs'

/** What a process has and has used. */
export interface Usage {
  readonly rssMb: number
  readonly files: number
  /** Milliseconds of CPU since its start. */
  readonly cpuMs: number
}

/** Milliseconds of a clock tick of /proc. */
const tickMs = 10

export function usageOf(pid: number): Usage {
  const rssKb = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  // Fields 14 and 15 of the line; those before may hold blanks only in the name, which ends with the last bracket.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return {
    rssMb: Number(rssKb) / 1024,
    files: readdirSync(`/proc/${pid}/fd`).length,
    cpuMs: tickMs * (Number(fields[11]) + Number(fields[12])),
  }
}
