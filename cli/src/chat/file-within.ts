import { open } from 'node:fs/promises'
import { CliError } from '../faults.ts'

/** A whole file within a bound. @throws {CliError} `ARGUMENT_INVALID`. */
export async function fileWithin(path: string, maximum: number): Promise<Uint8Array> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    if (size <= maximum) return await file.readFile()
    const reason = `${path} has ${size} bytes of at most ${maximum}`
    throw new CliError({ code: 'ARGUMENT_INVALID', argument: 'file', reason })
  } finally {
    await file.close()
  }
}
