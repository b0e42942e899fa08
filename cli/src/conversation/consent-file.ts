import { fromHex } from '@parley/protocol'
import { z } from 'zod'
import { jsonFileArgument } from '../action/json-file.ts'

const bytes = (length: number) =>
  z
    .string()
    .transform((text) => fromHex(text))
    .refine((value) => value?.length === length)
    .transform((value) => value as Uint8Array)
const uint64 = z
  .string()
  .regex(/^\d{1,20}$/)
  .transform(BigInt)
const schema = z.strictObject({
  conversation: z.string(),
  chainId: uint64,
  id: bytes(32),
  slot: z.int().min(0).max(4095),
  nonce: uint64,
  key: bytes(32),
  consent: bytes(64),
})

/** A key's consent to enter a slot of one conversation, at the nonce that the slot has. */
export type ConsentFile = z.infer<typeof schema>

/** What `conversation consent` printed into a file. @throws {CliError} `ARGUMENT_INVALID`. */
export function consentIn(argument: string, path: string): Promise<ConsentFile> {
  return jsonFileArgument(argument, path, { form: schema, printer: '`parley conversation consent`' })
}
