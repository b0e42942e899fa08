import { open } from 'node:fs/promises'
import type { Talk } from '../../load/talk.ts'
import { type SignDeps, signStream } from '../prepare.ts'
import { type PreparedLoad, writeDescription } from '../prepared-load.ts'

/**
 * Signs the next messages of conversations into a file, one to a body.
 * @param talks - As many for each stream; those of a stream are its own.
 * @returns number of the conversation of each message.
 */
export async function signMessages(
  deps: SignDeps,
  path: string,
  talks: readonly Talk[],
  load: PreparedLoad,
): Promise<number[]> {
  const share = talks.length / load.streams
  const file = await open(path, 'w')
  try {
    for (let stream = 0; stream < load.streams; stream += 1) {
      const own = talks.slice(stream * share, (stream + 1) * share)
      for (const body of signStream(deps, own, load, stream)) await file.write(body)
    }
  } finally {
    await file.close()
  }
  await writeDescription(path, load)
  const { streams, bodiesPerStream } = load
  return Array.from(
    { length: streams * bodiesPerStream },
    (_, i) => (i % streams) * share + (Math.floor(i / streams) % share),
  )
}
