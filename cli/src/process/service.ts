import type { Context } from './context.ts'

/** A long-running part of the stack inside this process. */
export interface Service {
  /** Told on standard output as one JSON line when the service is ready. */
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
    context.out.write(`${JSON.stringify({ ready: service.ready })}\n`)
    await Promise.race([asked, service.failed])
    return 0
  } finally {
    await service.stop()
  }
}
