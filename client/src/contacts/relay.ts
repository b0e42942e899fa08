import { contactDirectoryAbi } from '@parley/contracts'
import type { Hash } from 'viem'
import type { L2Client, WriteParameters } from '../l2/client.ts'
import { write } from '../l2/write.ts'
import { encodeName } from './attribute.ts'
import type { Authorization, DirectoryParameters } from './parameters.ts'
import { getRegistrationFee } from './register.ts'
import type { ContactChange } from './sign.ts'

export interface RelayContactChangeParameters extends DirectoryParameters, WriteParameters {
  readonly change: ContactChange
  /** Made with `signContactChange` over the same change. */
  readonly authorization: Authorization
}

/**
 * Sends a change that somebody else decided and signed; the account only pays.
 * @throws {ClientError} `SIGNATURE_EXPIRED`, `SIGNATURE_REFUSED`, and what the action of this change throws.
 */
export async function relayContactChange(client: L2Client, parameters: RelayContactChangeParameters): Promise<Hash> {
  const { directory, change, authorization } = parameters
  const call = { address: directory, abi: contactDirectoryAbi } as const
  switch (change.kind) {
    case 'register': {
      const value = await getRegistrationFee(client, { directory })
      const args = [change.changes, authorization] as const
      return write(client, { ...call, value, functionName: 'registerBySignature', args }, parameters)
    }
    case 'attributes': {
      const args = [change.identity, change.changes, authorization] as const
      return write(client, { ...call, functionName: 'changeAttributesBySignature', args }, parameters)
    }
    case 'delegate': {
      const { identity, delegate, validity } = change
      const args = [
        identity,
        encodeName('delegateType', change.delegateType),
        delegate,
        validity,
        authorization,
      ] as const
      return write(client, { ...call, functionName: 'changeDelegateBySignature', args }, parameters)
    }
    case 'owner': {
      const args = [change.identity, change.newOwner, authorization] as const
      return write(client, { ...call, functionName: 'changeOwnerBySignature', args }, parameters)
    }
  }
}
