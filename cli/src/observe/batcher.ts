import { batcherRoutes } from '@parley/api'
import { readStatus } from './poll.ts'
import { uint64Field } from './uint64-field.ts'

/** Last block that the batcher has published. @throws {CliError} `SERVER_UNREACHABLE`, `ANSWER_INVALID`; the signal's reason. */
export async function publishedBlock(url: string, signal: AbortSignal): Promise<bigint> {
  return uint64Field('batcher', await readStatus(url, batcherRoutes.status, {}, signal), 'published')
}

/** Number of the last block that it read from the sequencer; undefined before the first. @throws as {@link publishedBlock}. */
export async function followedBlock(url: string, signal: AbortSignal): Promise<bigint | undefined> {
  const { header } = await readStatus(url, batcherRoutes.latestBlock, {}, signal)
  return header === undefined
    ? undefined
    : uint64Field('batcher', header as Readonly<Record<string, unknown>>, 'number')
}
