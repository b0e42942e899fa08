import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Probed {
  readonly asked: number
  /** Answers that were not 200 or did not come in time. */
  readonly failed: number
  readonly p99Ms: number
}

const everyMs = 50
const withinMs = 4_000

/** Another client, at an address of its own, that asks for `paths` in turn until the signal aborts. */
export async function probe(url: string, paths: readonly string[], signal: AbortSignal): Promise<Probed> {
  const agent = new Agent({ keepAlive: false })
  const times: number[] = []
  let failed = 0
  for (let i = 0; !signal.aborted; i += 1) {
    const started = performance.now()
    const good = await ask(`${url}${paths[i % paths.length]}`, agent)
    times.push(performance.now() - started)
    if (!good) failed += 1
    await sleep(everyMs)
  }
  agent.destroy()
  times.sort((a, b) => a - b)
  return { asked: times.length, failed, p99Ms: times[Math.ceil(0.99 * times.length) - 1] ?? 0 }
}

function ask(url: string, agent: Agent): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(url, { agent, localAddress: '127.0.0.9', timeout: withinMs }, (answer) => {
      answer.resume()
      answer.once('end', () => resolve(answer.statusCode === 200))
      answer.once('error', () => resolve(false))
    })
    asked.once('timeout', () => asked.destroy(new Error('no answer in time')))
    asked.once('error', () => resolve(false))
    asked.end()
  })
}
