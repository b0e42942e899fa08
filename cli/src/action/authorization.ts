import type { Authorization } from '@parley/client'
import type { Hex } from 'viem'
import { z } from 'zod'
import type { Context } from '../process/context.ts'
import { jsonFileArgument } from './json-file.ts'

const hex = z
  .string()
  .regex(/^0x(?:[0-9a-fA-F]{2})*$/)
  .transform((text) => text as Hex)
const schema = z.strictObject({
  signer: hex,
  deadline: z
    .string()
    .regex(/^\d{1,78}$/)
    .transform(BigInt),
  signature: hex,
})

/** What somebody else decided, when the command was given it. @throws {CliError} `ARGUMENT_INVALID`. */
export async function authorizationOf({ config }: Context): Promise<{ authorization?: Authorization }> {
  const path = config.relay.authorization
  return path === undefined ? {} : { authorization: await read(path, schema) }
}

/** What others decided, one after the other. @throws {CliError} `ARGUMENT_INVALID`, also when they are not `count`. */
export async function authorizationsOf({ config }: Context, count: number): Promise<Authorization[] | undefined> {
  const path = config.relay.authorization
  return path === undefined ? undefined : read(path, z.array(schema).length(count))
}

const read = <T>(path: string, form: z.ZodType<T>): Promise<T> =>
  jsonFileArgument('--authorization', path, { form, printer: 'this command with --sign' })

/** Last second at which a signature made now counts. */
export function deadlineOf({ config, clock }: Context): bigint {
  return BigInt(Math.floor(clock.now() / 1000) + config.relay.deadlineSeconds)
}
