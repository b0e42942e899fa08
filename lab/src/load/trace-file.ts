import { type FileHandle, open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { LabError } from '../faults.ts'
import { maxLineBytes, parseTraceLine, type TraceLine } from './trace-line.ts'

const newline = 0x0a

async function isGzip(file: FileHandle): Promise<boolean> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0)
  return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
}

/** Bytes of the trace, inflated; an error or end of either stream ends both, and the file is closed with them. */
async function openBytes(path: string): Promise<Readable> {
  const file = await open(path)
  const compressed = await isGzip(file)
  const stored = file.createReadStream({ start: 0 })
  if (!compressed) return stored
  const inflated = createGunzip()
  stored.once('error', (error) => inflated.destroy(error))
  inflated.once('close', () => stored.destroy())
  return stored.pipe(inflated)
}

/** Splits into lines without their end, none longer than a line may be. */
async function* splitLines(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0)
  let number = 1
  for await (const chunk of bytes) {
    let start = 0
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      yield rest.length === 0 ? chunk.subarray(start, end) : Buffer.concat([rest, chunk.subarray(start, end)])
      rest = Buffer.alloc(0)
      number += 1
      start = end + 1
    }
    rest = Buffer.concat([rest, chunk.subarray(start)])
    if (rest.length > maxLineBytes)
      throw new LabError({
        code: 'TRACE_LINE_INVALID',
        line: number,
        field: 'line',
        reason: `must be at most ${maxLineBytes} bytes`,
      })
  }
  if (rest.length > 0) yield rest
}

/**
 * Reads a trace, plain or gzip, line by line; memory does not grow with its length. Empty lines are refused.
 * @throws {LabError} `TRACE_UNREADABLE`, `TRACE_LINE_INVALID`.
 */
export async function* readTrace(path: string): AsyncGenerator<TraceLine> {
  let number = 0
  try {
    for await (const line of splitLines(await openBytes(path))) {
      number += 1
      yield parseTraceLine(line.toString('utf8'), number)
    }
  } catch (cause) {
    if (cause instanceof LabError) throw cause
    throw new LabError({ code: 'TRACE_UNREADABLE', path, reason: (cause as Error).message }, { cause })
  }
}
