import { readFile, writeFile } from 'node:fs/promises'
import { CliError } from '@parley/cli'
import { signedMessageBytes } from '@parley/protocol'

/** Signed messages in a file: streams one after another, each of whole request bodies in the order they must be sent. */
export interface PreparedLoad {
  readonly streams: number
  readonly bodiesPerStream: number
  readonly messagesPerBody: number
}

const descriptionOf = (path: string): string => `${path}.json`

/** Bytes of one body. */
export const bodyBytes = ({ messagesPerBody }: PreparedLoad): number => messagesPerBody * signedMessageBytes

/** Says beside the file of a load what is in it. */
export async function writeDescription(path: string, load: PreparedLoad): Promise<void> {
  await writeFile(descriptionOf(path), JSON.stringify(load))
}

/** Reads a whole load into memory. @throws {CliError} `ARGUMENT_INVALID` when the file is not as long as it says. */
export async function readPreparedLoad(
  path: string,
): Promise<{ load: PreparedLoad; body: (stream: number, body: number) => Buffer }> {
  const load = JSON.parse(await readFile(descriptionOf(path), 'utf8')) as PreparedLoad
  const bytes = await readFile(path)
  const size = bodyBytes(load)
  const expected = load.streams * load.bodiesPerStream * size
  if (bytes.length !== expected)
    throw new CliError({ code: 'ARGUMENT_INVALID', argument: path, reason: `${bytes.length} bytes, not ${expected}` })
  return {
    load,
    body(stream, body) {
      const start = (stream * load.bodiesPerStream + body) * size
      return bytes.subarray(start, start + size)
    },
  }
}
