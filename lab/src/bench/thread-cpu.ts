import { readdir, readFile } from 'node:fs/promises'
import { CliError } from '@parley/cli'

/** CPU microseconds that the threads of a process have used, by their ids. */
interface ThreadTimes {
  readonly name: string
  readonly microseconds: number
}

/** A thread's part of the work, by its process's name and its own. */
export type PartOf = (process: string, thread: string) => string

/** Of a process with lanes: these, its event loop, V8's own threads, which collect garbage and compile, and those that write files. */
export const threadOfLanes: PartOf = (process, thread) => {
  if (thread.startsWith('parley-lane')) return 'lanes'
  if (thread === 'MainThread') return process
  return thread.startsWith('libuv') ? `${process}Files` : `${process}V8`
}

const nanosecondsPerMicrosecond = 1000
/** What reading of a thread that is gone fails with. */
const endedCodes: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ESRCH'])

async function threadsOf(pid: number): Promise<Map<string, ThreadTimes>> {
  const folder = `/proc/${pid}/task`
  const threads = new Map<string, ThreadTimes>()
  const read = async (id: string): Promise<void> => {
    const file = (name: string): Promise<string> => readFile(`${folder}/${id}/${name}`, 'utf8')
    try {
      const [name, schedstat] = await Promise.all([file('comm'), file('schedstat')])
      const nanoseconds = Number(schedstat.split(' ')[0])
      threads.set(`${pid}/${id}`, { name: name.trim(), microseconds: nanoseconds / nanosecondsPerMicrosecond })
    } catch (error) {
      // One that ended since the folder was listed.
      if (!endedCodes.has((error as NodeJS.ErrnoException).code)) throw error
    }
  }
  await Promise.all((await readdir(folder)).map(read))
  return threads
}

/** CPU time that threads used so far, to be taken before and after something. */
export interface CpuTimes {
  readonly processes: ReadonlyMap<string, ReadonlyMap<string, ThreadTimes>>
}

/** Reads what the kernel has counted for every thread. @throws {CliError} `ARGUMENT_INVALID` where there is no Linux /proc. */
export async function readCpuTimes(pids: ReadonlyMap<string, number>): Promise<CpuTimes> {
  try {
    const read = [...pids].map(async ([name, pid]) => [name, await threadsOf(pid)] as const)
    return { processes: new Map(await Promise.all(read)) }
  } catch (cause) {
    throw new CliError({ code: 'ARGUMENT_INVALID', argument: '/proc', reason: 'CPU times cannot be read' }, { cause })
  }
}

/** CPU microseconds used from one reading to the other, by part. A thread that ended in between is not counted. */
export function usedBetween(before: CpuTimes, after: CpuTimes, partOf: PartOf): ReadonlyMap<string, number> {
  const used = new Map<string, number>()
  for (const [name, threads] of after.processes) {
    const earlier = before.processes.get(name)
    for (const [id, { name: thread, microseconds }] of threads) {
      const part = partOf(name, thread)
      used.set(part, (used.get(part) ?? 0) + microseconds - (earlier?.get(id)?.microseconds ?? 0))
    }
  }
  return used
}
