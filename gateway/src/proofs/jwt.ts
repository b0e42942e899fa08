import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto'
import type { Clock } from '@parley/runtime'
import { proofInvalid } from './account.ts'
import type { ProofVerifier } from './proof.ts'

/** An application whose users the operator knows through it. */
export interface JwtIssuer {
  readonly issuer: string
  readonly audience: string
  /** Its public key: Ed25519, P-256 or RSA. */
  readonly key: JsonWebKey
}

export interface JwtProof {
  readonly token: string
}

const maxTokenLength = 8_192
const maxSubjectLength = 256

/** Which algorithm a key is for: the token does not choose. */
const algorithms: Readonly<Record<string, string>> = { ed25519: 'EdDSA', ec: 'ES256', rsa: 'RS256' }

interface Known {
  readonly audience: string
  readonly key: KeyObject
  readonly algorithm: string
}

/** A user of an application, by the application's own word (RFC 7519). @throws {TypeError} for a key of another kind. */
export function jwtProof(clock: Clock, issuers: readonly JwtIssuer[]): ProofVerifier<JwtProof> {
  const known = new Map<string, Known>(
    issuers.map(({ issuer, audience, key: jwk }) => {
      const key = createPublicKey({ key: jwk, format: 'jwk' })
      const algorithm = algorithms[key.asymmetricKeyType ?? '']
      if (algorithm === undefined) throw new TypeError(`${issuer} has a key of an unknown kind`)
      return [issuer, { audience, key, algorithm }]
    }),
  )
  return {
    async verify({ token }) {
      if (token.length > maxTokenLength) throw proofInvalid(`the token is longer than ${maxTokenLength} characters`)
      const [head = '', body = '', signature = '', ...more] = token.split('.')
      const header = jsonOf(head)
      const claims = jsonOf(body)
      if (header === undefined || claims === undefined || more.length > 0) throw proofInvalid('is no JWT')
      const { iss, sub, aud, exp, nbf } = claims
      const issuer = typeof iss === 'string' ? known.get(iss) : undefined
      if (issuer === undefined) throw proofInvalid('its issuer is not known here')
      if (header.alg !== issuer.algorithm) throw proofInvalid(`its algorithm is not ${issuer.algorithm}`)
      if (header.crit !== undefined) throw proofInvalid('it asks for what is not understood')
      if (!isSigned(issuer, `${head}.${body}`, signature)) throw proofInvalid('its issuer did not sign it')
      if (![aud].flat().includes(issuer.audience)) throw proofInvalid('it is for somebody else')
      const now = clock.now() / 1_000
      if (typeof exp !== 'number' || exp <= now) throw proofInvalid('it counts no more')
      if (nbf !== undefined && !(typeof nbf === 'number' && nbf <= now)) throw proofInvalid('it does not count yet')
      if (typeof sub !== 'string' || sub === '' || sub.length > maxSubjectLength) throw proofInvalid('it names nobody')
      return { subject: `user ${JSON.stringify([iss, sub])}`, tier: 'low' }
    },
  }
}

function isSigned({ key }: Known, signed: string, signature: string): boolean {
  const digest = key.asymmetricKeyType === 'ed25519' ? undefined : 'sha256'
  return verify(digest, Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))
}

function jsonOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    // No JSON: whoever sent it is told that it is none.
    return undefined
  }
}
