import { write, writeSync } from 'node:fs'

/** Where log entries go; what pino asks of a stream. */
export interface LogQueue {
  write(line: string): void
  /** Resolves once everything is written, or after `withinMs` when nobody reads. */
  flush(withinMs: number): Promise<void>
}

/** Bytes of entries that wait for a reader; later ones are dropped and counted. */
const maxWaitingBytes = 1_048_576
const retryMs = 50

/**
 * Writes log entries in their order without ever waiting for whoever reads them: a full pipe that nobody reads must not
 * stop the process. What is left when the process ends is written then, unless the reader is stuck.
 */
export function createLogQueue(fd: number): LogQueue {
  const waiting: Buffer[] = []
  let waitingBytes = 0
  let dropped = 0
  /** Whether a batch is not wholly written yet. */
  let writing = false
  /** What of it waits for a reader who makes room. */
  let held: Buffer | undefined
  let gone = false
  let idle = (): void => undefined

  function take(): Buffer | undefined {
    if (dropped > 0 && waitingBytes < maxWaitingBytes / 2) {
      const text = `{"level":"warn","dropped":${dropped},"msg":"log entries were dropped: nobody read them"}\n`
      waiting.push(Buffer.from(text))
      dropped = 0
    }
    const batch = waiting.splice(0)
    waitingBytes = 0
    return batch.length === 0 ? undefined : Buffer.concat(batch)
  }

  function send(bytes: Buffer): void {
    writing = true
    held = undefined
    write(fd, bytes, (error, written) => {
      if (error?.code === 'EAGAIN') {
        held = bytes
        setTimeout(send, retryMs, bytes).unref()
      }
      // A reader that is gone comes back no more.
      else if (error !== null) end()
      else if (written < bytes.length) send(bytes.subarray(written))
      else next()
    })
  }

  function end(): void {
    gone = true
    writing = false
    waiting.length = 0
    idle()
  }

  function next(): void {
    const bytes = take()
    if (bytes === undefined) {
      writing = false
      idle()
    } else send(bytes)
  }

  process.on('exit', () => {
    if (gone || (writing && held === undefined)) return
    try {
      for (const rest of [held, take()]) if (rest !== undefined) writeSync(fd, rest)
    } catch {
      // The process ends; there is nobody left to tell.
    }
  })

  return {
    write(line) {
      if (gone) return
      const bytes = Buffer.from(line)
      if (waitingBytes + bytes.length > maxWaitingBytes) {
        dropped += 1
        return
      }
      waiting.push(bytes)
      waitingBytes += bytes.length
      if (!writing) next()
    },
    flush: (withinMs) =>
      new Promise((resolve) => {
        if (gone || (!writing && waiting.length === 0)) return resolve()
        const timer = setTimeout(resolve, withinMs)
        idle = () => {
          clearTimeout(timer)
          resolve()
        }
      }),
  }
}
