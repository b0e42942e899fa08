import { readFile } from 'node:fs/promises'
import { systemReason } from '@parley/runtime/files'
import type { z } from 'zod'
import { CliError } from '../faults.ts'

/** What another command printed into a file. @param printer - Names it. @throws {CliError} `ARGUMENT_INVALID`. */
export async function jsonFileArgument<T>(
  argument: string,
  path: string,
  { form, printer }: { readonly form: z.ZodType<T>; readonly printer: string },
): Promise<T> {
  const refused = (reason: string, cause?: unknown): CliError =>
    new CliError({ code: 'ARGUMENT_INVALID', argument, reason: `${path} ${reason}` }, { cause })
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    throw refused(`cannot be read: ${systemReason(cause)}`, cause)
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw refused('is no JSON', cause)
  }
  const parsed = form.safeParse(json)
  if (!parsed.success) throw refused(`is not what ${printer} prints`)
  return parsed.data
}
