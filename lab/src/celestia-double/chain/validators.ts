import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import { merkleRoot } from '@parley/da-adapters/celestia'
import { SimpleValidator } from 'cosmjs-types/tendermint/types/validator'

/** One of those who sign blocks. Their keys follow from numbers: nobody's money hangs on them. */
export interface Validator {
  readonly secret: KeyObject
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array
  /** First 20 bytes of the key's SHA-256. */
  readonly address: Uint8Array
  readonly power: bigint
}

const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex')
const publicKeyBytes = 32

const digest = (...parts: readonly (Uint8Array | string)[]): Uint8Array => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** In the order in which CometBFT keeps validators of equal power: by address. */
export function makeValidators(chainId: string, count: number): readonly Validator[] {
  const all = Array.from({ length: count }, (_, i): Validator => {
    const seed = digest('celestia-double/', chainId, `/${i}`)
    const secret = createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: 'der', type: 'pkcs8' })
    const der = createPublicKey(secret).export({ format: 'der', type: 'spki' })
    const publicKey = new Uint8Array(der.subarray(-publicKeyBytes))
    return { secret, publicKey, address: digest(publicKey).subarray(0, 20), power: 10n }
  })
  return all.toSorted((a, b) => Buffer.compare(a.address, b.address))
}

/** What a header has as `validators_hash`. */
export function validatorsHash(validators: readonly Pick<Validator, 'publicKey' | 'power'>[]): Uint8Array {
  return merkleRoot(
    validators.map(({ publicKey, power }) =>
      SimpleValidator.encode({ pubKey: { ed25519: publicKey }, votingPower: power }).finish(),
    ),
  )
}

export function signedBy({ secret }: Validator, message: Uint8Array): Uint8Array {
  return sign(null, message, secret)
}
