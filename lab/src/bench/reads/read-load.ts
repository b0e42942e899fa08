import { CliError } from '@parley/cli'
import { readNode } from '@parley/cli/roles'
import type { Clock } from '@parley/runtime'
import { dueAfter, preciseNow } from '../latency/open-loop.ts'
import { PlainConnection } from '../plain-http.ts'
import { readCpuTimes, usedBetween } from '../thread-cpu.ts'
import type {
  CellResult,
  ReadCell,
  ReadMeasured,
  ReadPlan,
  ReadRequest,
  ReadServer,
  TailPlan,
  TailResult,
} from './read-plan.ts'

/** A request as it is written to a connection. */
export function requestBytes(url: string, { method, path, headers, body }: ReadRequest): Buffer {
  const octets = body === undefined ? Buffer.alloc(0) : Buffer.from(body, 'base64')
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const length = body === undefined ? '' : `content-length: ${octets.length}\r\n`
  const head = `${method} ${path} HTTP/1.1\r\nhost: ${new URL(url).host}\r\n${lines.join('')}${length}\r\n`
  return Buffer.concat([Buffer.from(head, 'latin1'), octets])
}

/** A refusal costs less than what was asked for. */
function assertAnswered(status: number): void {
  if (status !== 200 && status !== 304)
    throw new CliError({ code: 'ANSWER_INVALID', server: 'node', field: 'status', reason: String(status) })
}

/** Measures every cell at the node and at the bare server in turn, as often as is asked. */
export async function readLoad(plan: ReadPlan, signal: AbortSignal): Promise<CellResult[]> {
  const results: CellResult[] = []
  for (const cell of plan.cells) {
    const [node, bare]: [ReadMeasured[], ReadMeasured[]] = [[], []]
    // What is compiled and opened then would count for the others.
    for (const server of [plan.node, plan.bare]) await measure(plan, server, cell, signal)
    for (let repeat = 0; repeat < plan.repeats; repeat += 1) {
      node.push(await measure(plan, plan.node, cell, signal))
      bare.push(await measure(plan, plan.bare, cell, signal))
    }
    results.push({ name: cell.name, node, bare })
  }
  return results
}

async function measure(
  { connections: count, measureMs }: ReadPlan,
  { url, pid }: ReadServer,
  { requests }: ReadCell,
  signal: AbortSignal,
): Promise<ReadMeasured> {
  const asked = requests.map((request) => requestBytes(url, request))
  const connections = await Promise.all(Array.from({ length: count }, () => PlainConnection.open(url, '/')))
  const pids = new Map([['server', pid]])
  let answers = 0
  let bytes = 0
  try {
    const before = await readCpuTimes(pids)
    const begun = preciseNow()
    const read = async (connection: PlainConnection, first: number): Promise<void> => {
      for (let next = first; preciseNow() - begun < measureMs; next += count) {
        signal.throwIfAborted()
        const { status, body } = await connection.exchange(asked[next % asked.length] as Buffer)
        assertAnswered(status)
        answers += 1
        bytes = body.length
      }
    }
    await Promise.all(connections.map(read))
    const seconds = (preciseNow() - begun) / 1_000
    const used = usedBetween(before, await readCpuTimes(pids), () => 'server').get('server') as number
    return { requests: answers, cpuMicroseconds: used / answers, requestsPerSecond: answers / seconds, bytes }
  } finally {
    for (const connection of connections) connection.close()
  }
}

/** Reads at a fixed rate until the time is over or the node has verified a block; what is late counts. */
export async function readTail(
  { clock }: { readonly clock: Clock },
  { url, request, connections: count, requestsPerSecond, lastsMs, untilBlock }: TailPlan,
  signal: AbortSignal,
): Promise<TailResult> {
  const bytes = requestBytes(url, request)
  const connections = await Promise.all(Array.from({ length: count }, () => PlainConnection.open(url, '/')))
  const start = preciseNow()
  const delays: number[] = []
  let isOver = false
  const read = async (connection: PlainConnection, stream: number): Promise<void> => {
    for (let next = stream; !isOver; next += count) {
      const due = dueAfter(next, requestsPerSecond)
      if (due > lastsMs) return
      const waitMs = start + due - preciseNow()
      if (waitMs > 0) await clock.sleep(waitMs, signal)
      const { status } = await connection.exchange(bytes)
      assertAnswered(status)
      delays.push(preciseNow() - start - due)
    }
  }
  const watch = async (): Promise<void> => {
    while (untilBlock !== undefined && preciseNow() - start < lastsMs) {
      const { block } = await readNode(url, signal)
      if (block >= BigInt(untilBlock)) break
      await clock.sleep(lookEveryMs, signal)
    }
    if (untilBlock !== undefined) isOver = true
  }
  try {
    await Promise.all([watch(), ...connections.map(read)])
    return delays
  } finally {
    for (const connection of connections) connection.close()
  }
}

const lookEveryMs = 100
