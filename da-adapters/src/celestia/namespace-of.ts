import { sha256 } from '../sha256.ts'
import { userIdBytes, userNamespace } from './primitives/namespace.ts'

/** What a chain's namespace follows from. */
export interface CelestiaDeployment {
  /** Of the L2 that the rollup is deployed on. */
  readonly chainId: bigint
  /** 20 bytes. */
  readonly rollup: Uint8Array
}

/** The namespace that a deployment publishes in; 29 bytes. Anybody else may publish there, too: blobs are told apart by commitment. */
export function celestiaNamespace({ chainId, rollup }: CelestiaDeployment): Uint8Array {
  const number = new Uint8Array(8)
  new DataView(number.buffer).setBigUint64(0, chainId)
  return userNamespace(sha256(Buffer.from('parley/celestia'), number, rollup).subarray(0, userIdBytes))
}
