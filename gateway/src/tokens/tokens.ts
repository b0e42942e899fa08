import { constants, createHash, privateDecrypt, verify } from 'node:crypto'
import { tokenBytes, tokenChallenge, tokenInputBytes, tokenRequestBytes, tokenType } from '@parley/client'
import { Turns } from '@parley/runtime'
import { GatewayError } from '../faults.ts'
import type { TextLevel } from './text-level.ts'
import { spentName, type TokenKey, type TokenKeys } from './token-keys.ts'

export interface TokensDeps {
  readonly keys: TokenKeys
  /** Keeps what was spent. */
  readonly store: TextLevel
  /** What tokens are for: the name that the gateway issues by. */
  readonly issuer: string
}

const nonceAt = 2
const challengeAt = nonceAt + 32
const keyAt = challengeAt + 32

/** Tokens that one request pays by at most: more do not fit its head. */
export const maxTokens = 16

/** Issues tokens without seeing them, and takes each once. @see https://www.rfc-editor.org/rfc/rfc9578#section-6 */
export class Tokens {
  readonly challenge: Uint8Array
  readonly issuer: string
  private readonly deps: TokensDeps
  private readonly challengeDigest: Buffer
  /** Spending is looked up and written by one at a time. */
  private readonly turns = new Turns(1)

  constructor(deps: TokensDeps) {
    this.deps = deps
    this.issuer = deps.issuer
    this.challenge = tokenChallenge(deps.issuer)
    this.challengeDigest = createHash('sha256').update(this.challenge).digest()
  }

  current(): Promise<TokenKey> {
    return this.deps.keys.current()
  }

  /** Signs what is blinded. @throws {GatewayError} `TOKEN_REQUEST_INVALID`. */
  async issue(requests: readonly Uint8Array[]): Promise<Uint8Array[]> {
    const key = await this.current()
    return requests.map((request, i) => {
      const view = new DataView(request.buffer, request.byteOffset, request.byteLength)
      const refuse = (reason: string) => new GatewayError({ code: 'TOKEN_REQUEST_INVALID', request: i, reason })
      if (request.length !== tokenRequestBytes) throw refuse(`has ${request.length} bytes, not ${tokenRequestBytes}`)
      if (view.getUint16(0) !== tokenType) throw refuse(`is of type ${view.getUint16(0)}, not ${tokenType}`)
      if (request[2] !== key.id.at(-1)) throw refuse('is for another key')
      try {
        return new Uint8Array(
          privateDecrypt({ key: key.secret, padding: constants.RSA_NO_PADDING }, request.subarray(3)),
        )
      } catch {
        // Not below the modulus: nobody blinds so.
        throw refuse('is no number below the modulus')
      }
    })
  }

  /**
   * Takes tokens, all or none of them.
   * @returns what gives them back, for when nothing was done for them.
   * @throws {GatewayError} `TOKEN_INVALID`, `TOKEN_SPENT`.
   */
  async spend(tokens: readonly Uint8Array[], signal: AbortSignal): Promise<() => Promise<void>> {
    const names = tokens.map((token, i) => this.nameOf(token, i))
    if (new Set(names).size < names.length) throw new GatewayError({ code: 'TOKEN_SPENT', token: names.length - 1 })
    const { store } = this.deps
    await this.turns.take(async () => {
      for (const [i, name] of names.entries())
        if ((await store.get(name)) !== undefined) throw new GatewayError({ code: 'TOKEN_SPENT', token: i })
      await store.batch(
        names.map((key) => ({ type: 'put', key, value: '' })),
        { sync: true } as never,
      )
    }, signal)
    return () => store.batch(names.map((key) => ({ type: 'del', key })))
  }

  /** What a token that counts is known by once it is spent. @throws {GatewayError} `TOKEN_INVALID`. */
  private nameOf(token: Uint8Array, i: number): string {
    const refuse = (reason: string) => new GatewayError({ code: 'TOKEN_INVALID', token: i, reason })
    if (token.length !== tokenBytes) throw refuse(`has ${token.length} bytes, not ${tokenBytes}`)
    const bytes = Buffer.from(token)
    if (bytes.readUInt16BE(0) !== tokenType) throw refuse(`is of type ${bytes.readUInt16BE(0)}, not ${tokenType}`)
    if (!bytes.subarray(challengeAt, keyAt).equals(this.challengeDigest)) throw refuse('is of another issuer')
    const key = this.deps.keys.find(bytes.subarray(keyAt, tokenInputBytes))
    if (key === undefined) throw refuse('is by a key that counts no more, or never did')
    const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 48 }
    const signed = bytes.subarray(0, tokenInputBytes)
    if (!verify('sha384', signed, { key: key.public, ...padding }, bytes.subarray(tokenInputBytes)))
      throw refuse('is not signed by its key')
    const nonce = bytes.subarray(nonceAt, challengeAt).toString('hex')
    return spentName(key.from, nonce)
  }
}

/** The tokens of an `Authorization` header; undefined when there is none. @throws {GatewayError} `TOKEN_INVALID`. */
export function tokensOf(header: string | undefined): Uint8Array[] | undefined {
  if (header === undefined) return undefined
  return header.split(', ').map((part, i) => {
    const [, text] = /^PrivateToken token="([A-Za-z0-9_=-]{1,600})"$/.exec(part) ?? []
    const refuse = (reason: string) => new GatewayError({ code: 'TOKEN_INVALID', token: i, reason })
    if (text === undefined) throw refuse('is not of the form PrivateToken token="…"')
    if (i >= maxTokens) throw refuse(`is one too many: ${maxTokens} are taken at once`)
    return new Uint8Array(Buffer.from(text, 'base64url'))
  })
}
