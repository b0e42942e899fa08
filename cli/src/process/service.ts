import type { Context } from './context.ts'
import type { Screen } from './screen.ts'

/** A long-running part of the stack inside this process. */
export interface Service {
  /** Printed on standard output when the service is ready: one JSON line, or words on a terminal. */
  readonly ready: Readonly<Record<string, unknown>>
  /** Rejects when the service cannot go on; never resolves. */
  readonly failed: Promise<never>
  stop(): Promise<void>
}

/** Runs a service until the process is asked to end. @returns the exit code. @throws what made the service fail. */
export async function serve(context: Context, start: () => Promise<Service>): Promise<number> {
  const { signal } = context
  const service = await start()
  const asked = new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
  try {
    printReady(context.out, service.ready)
    await Promise.race([asked, service.failed])
    return 0
  } finally {
    await service.stop()
  }
}

/** Programs read one JSON object, people words. */
export function printReady(out: Screen, ready: Service['ready']): void {
  if (out.isTTY !== true) {
    out.write(`${JSON.stringify({ ready })}\n`)
    return
  }
  const words = Object.entries(ready).map(([name, value]) => (name === 'url' ? `at ${value}` : `${name} ${value}`))
  out.write(`ready ${words.join(', ')}; Ctrl-C stops it\n`)
}
