import { constants, createPrivateKey, privateDecrypt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { draftToken } from '../src/index.ts'

interface Vector {
  readonly skS: string
  readonly pkS: string
  readonly token_challenge: string
  readonly nonce: string
  readonly blind: string
  readonly salt: string
  readonly token_request: string
  readonly token_response: string
  readonly token: string
}

// Of RFC 9578, made by two implementations that are not ours.
const vectors = JSON.parse(
  readFileSync(new URL('vectors/rfc9578-blind-rsa.json', import.meta.url), 'utf8'),
) as readonly Vector[]
const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))
const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex')

const draftOf = ({ pkS, token_challenge, nonce, salt, blind }: Vector) => {
  const drawn = [nonce, salt, blind].map(bytes)
  return draftToken(bytes(pkS), bytes(token_challenge), () => drawn.shift() as Uint8Array)
}

test.each(vectors)('tokens › RFC 9578, token $nonce', (vector) => {
  const draft = draftOf(vector)
  expect(hex(draft.request)).toBe(vector.token_request)
  expect(hex(draft.finish(bytes(vector.token_response)))).toBe(vector.token)
  const key = createPrivateKey(Buffer.from(vector.skS, 'hex').toString())
  const signed = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, draft.request.subarray(3))
  expect(hex(signed)).toBe(vector.token_response)
})

test('tokens › an answer with any bit changed makes none', () => {
  const [vector] = vectors as [Vector]
  for (const at of [0, 100, 255]) {
    const response = bytes(vector.token_response)
    response[at]! ^= 1
    expect(() => draftOf(vector).finish(response)).toThrow('TOKEN_INVALID')
  }
  expect(() => draftOf(vector).finish(bytes(vector.token_response).subarray(1))).toThrow('TOKEN_INVALID')
})

test('tokens › a key that is none of an issuer is refused', () => {
  const [{ pkS }] = vectors as [Vector]
  const spki = bytes(pkS)
  const wrong = [spki.subarray(0, -1), new Uint8Array([...spki, 0]), bytes('30'), new Uint8Array(0)]
  // Another algorithm, and an even modulus.
  for (const at of [16, 336]) {
    const changed = spki.slice()
    changed[at]! ^= 1
    wrong.push(changed)
  }
  for (const each of wrong) expect(() => draftToken(each, bytes('00'))).toThrow('TOKEN_INVALID')
})
