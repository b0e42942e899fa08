import { sha256 } from '@noble/hashes/sha2.js'
import { concat, type Hex, toHex } from 'viem'
import { ClientError } from '../faults.ts'
import { type Blinded, blind, finalize, type Random, rsaBytes } from './blind-rsa.ts'
import { readTokenKey } from './token-key.ts'

/** Blind RSA of 2,048 bits. @see https://www.rfc-editor.org/rfc/rfc9578#section-6 */
export const tokenType = 2
const nonceBytes = 32
const digestBytes = 32
/** Bytes of a request, of an answer and of a token. */
export const tokenRequestBytes = 2 + 1 + rsaBytes
export const tokenResponseBytes = rsaBytes
export const tokenInputBytes = 2 + nonceBytes + 2 * digestBytes
export const tokenBytes = tokenInputBytes + rsaBytes

/** What tokens of an issuer are for. @param issuer - Its name, as it says of itself. */
export function tokenChallenge(issuer: string): Uint8Array {
  const name = new TextEncoder().encode(issuer)
  const bytes = new Uint8Array(2 + 2 + name.length + 1 + 2)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, tokenType)
  view.setUint16(2, name.length)
  bytes.set(name, 4)
  return bytes
}

/** A token that was asked for, until its answer is there. */
export interface TokenDraft {
  /** What the issuer gets: it tells nothing of the token. */
  readonly request: Uint8Array
  /** The token, if the answer is a signature by the key. @throws {ClientError} `TOKEN_INVALID`. */
  finish(response: Uint8Array): Uint8Array
}

const systemRandom: Random = (bytes) => crypto.getRandomValues(new Uint8Array(bytes))

/**
 * Begins a token.
 * @param spki - Public key of the issuer, DER.
 * @throws {ClientError} `TOKEN_INVALID` when it is no such key.
 */
export function draftToken(spki: Uint8Array, challenge: Uint8Array, random: Random = systemRandom): TokenDraft {
  const key = readTokenKey(spki)
  if (key === undefined) throw invalid('the issuer’s key is no RSA key of 2,048 bits')
  const keyId = sha256(spki)
  const input = new Uint8Array(tokenInputBytes)
  new DataView(input.buffer).setUint16(0, tokenType)
  input.set(random(nonceBytes), 2)
  input.set(sha256(challenge), 2 + nonceBytes)
  input.set(keyId, 2 + nonceBytes + digestBytes)
  const { blinded, inverse }: Blinded = blind(key, input, random)
  const request = new Uint8Array(tokenRequestBytes)
  new DataView(request.buffer).setUint16(0, tokenType)
  request[2] = keyId[digestBytes - 1] as number
  request.set(blinded, 3)
  return {
    request,
    finish(response) {
      const signature = finalize(key, input, response, inverse)
      if (signature === undefined) throw invalid('the issuer’s answer is no signature by its key')
      const token = new Uint8Array(tokenBytes)
      token.set(input)
      token.set(signature, tokenInputBytes)
      return token
    },
  }
}

const invalid = (reason: string): ClientError => new ClientError({ code: 'TOKEN_INVALID', reason })

const toBase64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')

/** SHA-256 of blinded requests, one after the other: what a proof is made for. */
export function requestsDigestOf(requests: readonly Uint8Array[]): Hex {
  return toHex(sha256(concat(requests)))
}

/** Header that pays by tokens. @see https://www.rfc-editor.org/rfc/rfc9577#section-2.2 */
export function tokenHeader(tokens: readonly Uint8Array[]): string {
  return tokens.map((token) => `PrivateToken token="${toBase64Url(token)}"`).join(', ')
}
