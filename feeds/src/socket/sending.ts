import { SlowReader } from './backlog.ts'
import { closeCodes } from './close-codes.ts'
import type { Connection } from './connection.ts'

/** Runs a feed until it or its connection ends; a slow reader is told where to resume. */
export async function sendingFrom(
  connection: Connection,
  resume: () => bigint,
  feed: () => Promise<void>,
): Promise<void> {
  try {
    await feed()
  } catch (error) {
    if (connection.signal.aborted) return
    if (!(error instanceof SlowReader)) throw error
    connection.close(closeCodes.slow, `from ${resume()}`)
  }
}
