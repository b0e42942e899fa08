import { contactDirectoryAbi } from '@parley/contracts'
import type { Hash } from 'viem'
import type { L2Client, WriteParameters } from '../l2/client.ts'
import { read } from '../l2/read.ts'
import { write } from '../l2/write.ts'
import { type Attribute, settingOf } from './attribute.ts'
import type { Authorization, DirectoryParameters } from './parameters.ts'

export interface RegisterParameters extends DirectoryParameters, WriteParameters {
  /** First attributes of the bundle; see `keyAttribute` and `pointerAttribute`. */
  readonly attributes: readonly Attribute[]
  /**
   * The decision of whom to register, made with `signContactChange` over the same attributes; the sender only pays. Without it
   * the sender registers itself.
   */
  readonly authorization?: Authorization
  /** Wei; exactly the directory's fee, which is read when left out. */
  readonly fee?: bigint
}

export type RegisterReturnType = Hash

/**
 * Registers an identity: the sender itself, or whoever signed, at the sender's cost.
 * @throws {ClientError} `ARGUMENT_INVALID`, `ARGUMENT_OUT_OF_RANGE`, `REGISTRATION_FEE_WRONG`, `IDENTITY_REGISTERED`,
 * `SIGNATURE_EXPIRED`, `SIGNATURE_REFUSED`, and what every writing action throws.
 * @see docs/spec/contacts.md#identities
 */
export async function register(client: L2Client, parameters: RegisterParameters): Promise<RegisterReturnType> {
  const { directory, attributes, authorization } = parameters
  const changes = attributes.map(settingOf)
  const value = parameters.fee ?? (await getRegistrationFee(client, { directory }))
  const call = { address: directory, abi: contactDirectoryAbi, value } as const
  if (authorization === undefined)
    return write(client, { ...call, functionName: 'register', args: [changes] }, parameters)
  return write(client, { ...call, functionName: 'registerBySignature', args: [changes, authorization] }, parameters)
}

export type GetRegistrationFeeReturnType = bigint

/** Wei that a registration costs now. @throws {ClientError} what every reading action throws. */
export function getRegistrationFee(
  client: L2Client,
  { directory }: DirectoryParameters,
): Promise<GetRegistrationFeeReturnType> {
  const call = { address: directory, abi: contactDirectoryAbi } as const
  return read(client, { ...call, functionName: 'registrationFee', args: [] })
}
