import { getAddress } from 'viem'
import type { L2Client } from '../l2/client.ts'
import { noAnswer } from '../l2/failures.ts'
import { chainIdOf } from '../l2/sign-typed.ts'
import { type ContactBundle, type GetBundleParameters, getBundle } from './bundle.ts'
import { type DidDocument, didDocumentOf } from './did-document.ts'

export interface ResolveParameters extends GetBundleParameters {
  /** Name that the DID gives the network; the chain id in hexadecimal when left out, which every resolver understands. */
  readonly network?: string
}

export interface ResolveReturnType {
  /** `did:ethr:<network>:<address>`. */
  readonly did: string
  readonly document: DidDocument
  readonly bundle: ContactBundle
}

/**
 * Resolves an identity to its DID document in one call, where resolvers of EIP-1056 walk the whole history. An identity that
 * nobody registered is its own controller; a deactivated one has an empty document.
 * @throws {ClientError} `ARGUMENT_INVALID`, `CONTRACT_UNKNOWN`, `L2_UNAVAILABLE`.
 */
export async function resolve(client: L2Client, parameters: ResolveParameters): Promise<ResolveReturnType> {
  const bundle = await getBundle(client, parameters)
  const chainId = await chainIdOf(client).catch((error) => {
    throw noAnswer(error)
  })
  const network = parameters.network ?? `0x${chainId.toString(16)}`
  const did = `did:ethr:${network}:${getAddress(parameters.identity)}`
  return { did, document: didDocumentOf(bundle, did, chainId), bundle }
}
