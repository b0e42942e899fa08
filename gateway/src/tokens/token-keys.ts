import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { Clock } from '@parley/runtime'
import type { TextLevel } from './text-level.ts'

/** A key that tokens are signed with. */
export interface TokenKey {
  /** SHA-256 of `spki`. */
  readonly id: Buffer
  /** SubjectPublicKeyInfo for RSASSA-PSS with SHA-384 and a salt of 48 bytes, DER. */
  readonly spki: Buffer
  readonly secret: KeyObject
  /** For verifying. */
  readonly public: KeyObject
  /** Milliseconds since 1970 from which it signs. */
  readonly from: number
}

const week = 7 * 86_400_000
/** Milliseconds for which a key signs, and for which its tokens count from then on. */
export const signsForMs = week
export const countsForMs = 2 * week

/** What stands before an RSA key of 2,048 bits with the exponent 65,537. @see https://www.rfc-editor.org/rfc/rfc9578#section-6.5 */
const spkiPrefix = Buffer.from(
  '30820152303d06092a864886f70d01010a3030a00d300b0609608648016503040202a11a301806092a864886f70d010108300b0609608648016503040202a2030201300382010f00',
  'hex',
)

const keyRange = { gte: 'token-key ', lt: 'token-key!' }
const padded = (from: number): string => String(from).padStart(16, '0')
const keyName = (from: number): string => `token-key ${padded(from)}`

/** What a token is known by once it is spent. @param from - Of its key. */
export const spentName = (from: number, nonce: string): string => `spent ${padded(from)} ${nonce}`

/** The keys of an issuer: a new one each week, and those whose tokens still count. */
export class TokenKeys {
  private readonly clock: Clock
  private readonly store: TextLevel
  /** Newest last. */
  private keys: TokenKey[] = []
  private making: Promise<TokenKey> | undefined

  private constructor(clock: Clock, store: TextLevel) {
    this.clock = clock
    this.store = store
  }

  static async open(clock: Clock, store: TextLevel): Promise<TokenKeys> {
    const keys = new TokenKeys(clock, store)
    for await (const [name, pem] of store.iterator(keyRange))
      keys.keys.push(keyOf(createPrivateKey(pem), Number(name.slice(keyRange.gte.length))))
    return keys
  }

  /** The key that signs now; made when the last one is a week old. */
  async current(): Promise<TokenKey> {
    const last = this.keys.at(-1)
    if (last !== undefined && this.clock.now() - last.from < signsForMs) return last
    // Whoever asks meanwhile gets the same one.
    this.making ??= this.make().finally(() => {
      this.making = undefined
    })
    return this.making
  }

  /** The key of a token, while its tokens count. */
  find(id: Uint8Array): TokenKey | undefined {
    const now = this.clock.now()
    return this.keys.find((key) => key.id.equals(id) && now - key.from < countsForMs)
  }

  /** Makes a key. Those whose tokens no longer count are gone for good, and so is what is known of their tokens. */
  private async make(): Promise<TokenKey> {
    const now = this.clock.now()
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
    const made = keyOf(privateKey, now)
    const old = this.keys.filter(({ from }) => now - from >= countsForMs)
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string
    await this.store.batch(
      [
        { type: 'put', key: keyName(now), value: pem },
        ...old.map(({ from }) => ({ type: 'del', key: keyName(from) }) as const),
      ],
      { keyEncoding: 'utf8', sync: true } as never,
    )
    this.keys = [...this.keys.filter((key) => !old.includes(key)), made]
    for (const { from } of old) await this.store.clear({ gte: spentName(from, ''), lt: spentName(from, '~') })
    return made
  }
}

function keyOf(secret: KeyObject, from: number): TokenKey {
  const pair = createPublicKey(secret).export({ format: 'der', type: 'pkcs1' })
  const spki = Buffer.concat([spkiPrefix, pair])
  const id = createHash('sha256').update(spki).digest()
  return { id, spki, secret, public: createPublicKey({ key: spki, format: 'der', type: 'spki' }), from }
}
