import { contactDirectoryAbi } from '@parley/contracts'
import { type Address, type Hash, zeroAddress } from 'viem'
import { assertAddress, assertThat } from '../l2/assert.ts'
import type { L2Client } from '../l2/client.ts'
import { write } from '../l2/write.ts'
import type { ChangeParameters } from './parameters.ts'

export interface ChangeOwnerParameters extends ChangeParameters {
  readonly newOwner: Address
}

/**
 * Gives an identity to somebody else. Its delegates stay; who takes it over reads its bundle.
 * @throws {ClientError} `ARGUMENT_INVALID` also for address 0, which `deactivate` is for; `IDENTITY_UNREGISTERED`,
 * `IDENTITY_DEACTIVATED`, `IDENTITY_NOT_YOURS`, `SIGNATURE_EXPIRED`, `SIGNATURE_REFUSED`, and what every writing action throws.
 */
export async function changeOwner(client: L2Client, parameters: ChangeOwnerParameters): Promise<Hash> {
  assertAddress('newOwner', parameters.newOwner)
  assertThat('newOwner', BigInt(parameters.newOwner) !== 0n, 'is 0, which would deactivate the identity')
  return giveTo(client, parameters)
}

export type DeactivateParameters = ChangeParameters

/**
 * Ends an identity for ever: its bundle is empty, nobody decides for it, it cannot be registered again.
 * @throws {ClientError} what `changeOwner` throws.
 */
export async function deactivate(client: L2Client, parameters: DeactivateParameters): Promise<Hash> {
  return giveTo(client, { ...parameters, newOwner: zeroAddress })
}

async function giveTo(client: L2Client, parameters: ChangeOwnerParameters): Promise<Hash> {
  const { directory, identity, newOwner, authorization } = parameters
  assertAddress('identity', identity)
  const call = { address: directory, abi: contactDirectoryAbi } as const
  const args = [identity, newOwner] as const
  if (authorization === undefined) return write(client, { ...call, functionName: 'changeOwner', args }, parameters)
  const signed = [...args, authorization] as const
  return write(client, { ...call, functionName: 'changeOwnerBySignature', args: signed }, parameters)
}
