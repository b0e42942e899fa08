import { contactDirectoryAbi } from '@parley/contracts'
import type { Hash } from 'viem'
import { assertAddress } from '../l2/assert.ts'
import type { L2Client } from '../l2/client.ts'
import { write } from '../l2/write.ts'
import type { AttributeChange } from './attribute.ts'
import type { ChangeParameters } from './parameters.ts'

export interface ChangeAttributesParameters extends ChangeParameters {
  /** In order; made with `settingOf` and `revocationOf`. */
  readonly changes: readonly AttributeChange[]
}

export type ChangeAttributesReturnType = Hash

/**
 * Sets and revokes several attributes in one transaction.
 * @throws {ClientError} `IDENTITY_UNREGISTERED`, `IDENTITY_DEACTIVATED`, `IDENTITY_NOT_YOURS`, `BUNDLE_FULL`, `BUNDLE_LACKS`,
 * `SIGNATURE_EXPIRED`, `SIGNATURE_REFUSED`, and what every writing action throws.
 */
export function changeAttributes(
  client: L2Client,
  parameters: ChangeAttributesParameters,
): Promise<ChangeAttributesReturnType> {
  const { directory, identity, changes, authorization } = parameters
  assertAddress('identity', identity)
  const call = { address: directory, abi: contactDirectoryAbi } as const
  if (authorization === undefined)
    return write(client, { ...call, functionName: 'changeAttributes', args: [identity, changes] }, parameters)
  const args = [identity, changes, authorization] as const
  return write(client, { ...call, functionName: 'changeAttributesBySignature', args }, parameters)
}
