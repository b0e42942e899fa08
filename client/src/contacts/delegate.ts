import { contactDirectoryAbi } from '@parley/contracts'
import type { Address, Hash } from 'viem'
import { assertAddress } from '../l2/assert.ts'
import type { L2Client } from '../l2/client.ts'
import { write } from '../l2/write.ts'
import { assertValidity, encodeName } from './attribute.ts'
import type { ChangeParameters } from './parameters.ts'

export interface RevokeDelegateParameters extends ChangeParameters {
  /** `sigAuth`, `veriKey`, `parley/write` for one that may change attributes, or anything else of 1 to 32 bytes. */
  readonly delegateType: string
  readonly delegate: Address
}

export interface AddDelegateParameters extends RevokeDelegateParameters {
  /** Seconds, 1 to 20 years. */
  readonly validity: bigint
}

/**
 * Lets somebody act for an identity, or for longer. Only the owner may.
 * @throws {ClientError} `ARGUMENT_INVALID`, `ARGUMENT_OUT_OF_RANGE`, `IDENTITY_UNREGISTERED`, `IDENTITY_DEACTIVATED`,
 * `IDENTITY_NOT_YOURS`, `BUNDLE_FULL`, `SIGNATURE_EXPIRED`, `SIGNATURE_REFUSED`, and what every writing action throws.
 */
export async function addDelegate(client: L2Client, parameters: AddDelegateParameters): Promise<Hash> {
  const { directory, identity, delegate, validity, authorization } = parameters
  assertValidity(validity)
  const delegateType = checked(parameters)
  const call = { address: directory, abi: contactDirectoryAbi } as const
  const args = [identity, delegateType, delegate, validity] as const
  if (authorization === undefined) return write(client, { ...call, functionName: 'addDelegate', args }, parameters)
  const signed = [...args, authorization] as const
  return write(client, { ...call, functionName: 'changeDelegateBySignature', args: signed }, parameters)
}

/**
 * Takes back what `addDelegate` gave. Only the owner may.
 * @throws {ClientError} `BUNDLE_LACKS` when there is no such delegate, and what `addDelegate` throws.
 */
export async function revokeDelegate(client: L2Client, parameters: RevokeDelegateParameters): Promise<Hash> {
  const { directory, identity, delegate, authorization } = parameters
  const delegateType = checked(parameters)
  const call = { address: directory, abi: contactDirectoryAbi } as const
  const args = [identity, delegateType, delegate] as const
  if (authorization === undefined) return write(client, { ...call, functionName: 'revokeDelegate', args }, parameters)
  const signed = [...args, 0n, authorization] as const
  return write(client, { ...call, functionName: 'changeDelegateBySignature', args: signed }, parameters)
}

function checked({ identity, delegateType, delegate }: RevokeDelegateParameters): `0x${string}` {
  assertAddress('identity', identity)
  assertAddress('delegate', delegate)
  return encodeName('delegateType', delegateType)
}
