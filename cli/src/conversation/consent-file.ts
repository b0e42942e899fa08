import { readFile } from 'node:fs/promises'
import { fromHex } from '@parley/protocol'
import { z } from 'zod'
import { CliError } from '../faults.ts'

const bytes = (length: number) =>
  z
    .string()
    .transform((text) => fromHex(text))
    .refine((value) => value?.length === length)
    .transform((value) => value as Uint8Array)
const schema = z.strictObject({ slot: z.int().min(0).max(4095), key: bytes(32), consent: bytes(64) })

/** What `conversation consent` printed into a file. @throws {CliError} `ARGUMENT_INVALID`. */
export async function consentIn(argument: string, path: string | undefined): Promise<z.infer<typeof schema>> {
  const refused = (reason: string, cause?: unknown): CliError =>
    new CliError({ code: 'ARGUMENT_INVALID', argument, reason: `${path} ${reason}` }, { cause })
  let json: unknown
  try {
    json = JSON.parse(await readFile(path ?? '', 'utf8'))
  } catch (cause) {
    throw refused('cannot be read', cause)
  }
  const parsed = schema.safeParse(json)
  if (!parsed.success) throw refused('is not what `parley conversation consent` prints')
  return parsed.data
}
