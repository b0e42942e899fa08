import { ByteListType, ContainerType } from '@chainsafe/ssz'
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha256 } from '@noble/hashes/sha2.js'
import {
  type Bytes20,
  Bytes20Type,
  type Bytes32,
  Bytes32Type,
  fromHex,
  joinBytes,
  toHex,
  Uint64Type,
} from '@parley/protocol/light'
import { PdsError } from '../faults.ts'

/** Which service a request is for, so that no other can repeat it. */
export interface Audience {
  readonly chainId: bigint
  /** Public inbox of the deployment. */
  readonly inbox: Bytes20
  /** Address of the service's key. */
  readonly pds: Bytes20
}

/** One request as it is signed. */
export interface SignedRequest {
  readonly method: string
  /** Path and query, without what a proxy puts before them. */
  readonly target: string
  readonly body: Uint8Array
}

/** Who asks, and when. */
export interface Authorization {
  readonly identity: Bytes20
  /** Ed25519 key of an installation of the identity. */
  readonly key: Bytes32
  /** Milliseconds since 1970. */
  readonly at: bigint
  /** Drawn for this request; the answer repeats it. */
  readonly nonce: Bytes32
  readonly signature: Uint8Array
}

const tag = new Uint8Array(16)
tag.set(new TextEncoder().encode('parley/pds/1'))
const scheme = 'Parley'
const pattern =
  /^Parley identity=(0x[0-9a-f]{40}),key=(0x[0-9a-f]{64}),at=([0-9]{1,15}),nonce=(0x[0-9a-f]{64}),signature=(0x[0-9a-f]{128})$/

const RequestType = new ContainerType(
  {
    chainId: Uint64Type,
    inbox: Bytes20Type,
    pds: Bytes20Type,
    identity: Bytes20Type,
    at: Uint64Type,
    nonce: Bytes32Type,
    method: new ByteListType(16),
    target: new ByteListType(2_048),
    body: Bytes32Type,
  },
  { typeName: 'PdsRequest' },
)

function signedBytes(
  audience: Audience,
  { method, target, body }: SignedRequest,
  { identity, at, nonce }: Pick<Authorization, 'identity' | 'at' | 'nonce'>,
): Uint8Array {
  const encoder = new TextEncoder()
  const value = {
    ...audience,
    identity,
    at,
    nonce,
    method: encoder.encode(method),
    target: encoder.encode(target),
    body: sha256(body),
  }
  return joinBytes([tag, RequestType.hashTreeRoot(value)])
}

/** A device that asks: its identity, and its installation's Ed25519 key, which signs. */
export interface PdsDevice {
  readonly identity: Bytes20
  readonly key: Bytes32
  readonly sign: (message: Uint8Array) => Uint8Array
}

/** Signs a request by a device. */
export function authorize(
  audience: Audience,
  request: SignedRequest,
  { identity, key, sign }: PdsDevice,
  { at, nonce }: Pick<Authorization, 'at' | 'nonce'>,
): Authorization {
  return { identity, key, at, nonce, signature: sign(signedBytes(audience, request, { identity, at, nonce })) }
}

/** The header `Authorization` of a request. */
export function authorizationHeader({ identity, key, at, nonce, signature }: Authorization): string {
  return `${scheme} identity=${toHex(identity)},key=${toHex(key)},at=${at},nonce=${toHex(nonce)},signature=${toHex(signature)}`
}

/** The inverse of {@link authorizationHeader}. @throws {PdsError} `AUTHORIZATION_INVALID`. */
export function authorizationOf(header: string | undefined): Authorization {
  const found = pattern.exec(header ?? '')
  if (found === null)
    throw new PdsError({ code: 'AUTHORIZATION_INVALID', reason: 'there is no header Authorization of its form' })
  const [, identity, key, at, nonce, signature] = found as unknown as [string, string, string, string, string, string]
  return { identity: hex(identity), key: hex(key), at: BigInt(at), nonce: hex(nonce), signature: hex(signature) }
}

const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array(0)

/** Whether the key signed the request. That it is the identity's, the directory says. */
export function isAuthorized(audience: Audience, request: SignedRequest, authorization: Authorization): boolean {
  const { key, signature } = authorization
  try {
    return ed25519.verify(signature, signedBytes(audience, request, authorization), key, { zip215: false })
  } catch {
    // The library throws on keys that are no points.
    return false
  }
}
