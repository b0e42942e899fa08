import { base58, base64 } from '@scure/base'
import { type Address, getAddress, type Hex, hexToBytes } from 'viem'
import type { ContactBundle, ContactEntry } from './bundle.ts'

/** A public key or account that a DID document names. */
export interface VerificationMethod {
  readonly id: string
  readonly type: string
  readonly controller: string
  readonly blockchainAccountId?: string
  readonly publicKeyHex?: string
  readonly publicKeyBase64?: string
  readonly publicKeyBase58?: string
  readonly publicKeyPem?: string
  readonly value?: string
}

export interface DidService {
  readonly id: string
  readonly type: string
  /** Text, or what the text is in JSON. */
  readonly serviceEndpoint: unknown
}

/** A DID document as the `did:ethr` method has it. The order within its lists means nothing. */
export interface DidDocument {
  readonly '@context': readonly string[]
  readonly id: string
  readonly verificationMethod: readonly VerificationMethod[]
  readonly authentication: readonly string[]
  readonly assertionMethod: readonly string[]
  readonly keyAgreement?: readonly string[]
  readonly service?: readonly DidService[]
}

const context = [
  'https://www.w3.org/ns/did/v1',
  'https://w3id.org/security/suites/secp256k1recovery-2020/v2',
  'https://w3id.org/security/v3-unstable',
]
const accountMethod = 'EcdsaSecp256k1RecoveryMethod2020'

/** Types of keys that go by another name than their algorithm's, by algorithm and type. */
const methodTypes: Readonly<Record<string, string>> = {
  'Secp256k1/veriKey': 'EcdsaSecp256k1VerificationKey2019',
  'Secp256k1/sigAuth': 'EcdsaSecp256k1VerificationKey2019',
  'Ed25519/veriKey': 'Ed25519VerificationKey2018',
  'Ed25519/sigAuth': 'Ed25519VerificationKey2018',
  'RSA/veriKey': 'RSAVerificationKey2018',
  'X25519/enc': 'X25519KeyAgreementKey2019',
}

/** What a method is good for beside being named. */
type Purpose = 'authentication' | 'assertionMethod' | 'keyAgreement'

interface Told {
  readonly method: VerificationMethod
  readonly purposes: readonly Purpose[]
}

/**
 * The DID document of a bundle, the same that a resolver of `did:ethr` makes out of the history.
 * @param did - The DID asked for, `did:ethr:<network>:<address>`.
 */
export function didDocumentOf(bundle: ContactBundle, did: string, chainId: number): DidDocument {
  const base = { '@context': context, id: did }
  if (bundle.owner === undefined) return { ...base, verificationMethod: [], authentication: [], assertionMethod: [] }
  const controller: Told = {
    method: accountOf(did, 'controller', chainId, bundle.owner),
    purposes: ['authentication', 'assertionMethod'],
  }
  const told = [controller, ...bundle.entries.flatMap((entry) => methodOf(entry, did, chainId) ?? [])]
  const services = bundle.entries.flatMap((entry) => serviceOf(entry, did) ?? [])
  const of = (purpose: Purpose): string[] =>
    told.filter(({ purposes }) => purposes.includes(purpose)).map(({ method }) => method.id)
  const agreement = of('keyAgreement')
  return {
    ...base,
    verificationMethod: told.map(({ method }) => method),
    authentication: of('authentication'),
    assertionMethod: of('assertionMethod'),
    ...(agreement.length > 0 && { keyAgreement: agreement }),
    ...(services.length > 0 && { service: services }),
  }
}

function accountOf(did: string, fragment: string, chainId: number, account: Address): VerificationMethod {
  const blockchainAccountId = `eip155:${chainId}:${getAddress(account)}`
  return { id: `${did}#${fragment}`, type: accountMethod, controller: did, blockchainAccountId }
}

function methodOf(entry: ContactEntry, did: string, chainId: number): Told | undefined {
  const fragment = `delegate-${entry.number}`
  switch (entry.kind) {
    case 'service':
      return undefined
    case 'delegate': {
      if (entry.name !== 'sigAuth' && entry.name !== 'veriKey') return undefined
      const method = accountOf(did, fragment, chainId, entry.value)
      return {
        method,
        purposes: entry.name === 'sigAuth' ? ['authentication', 'assertionMethod'] : ['assertionMethod'],
      }
    }
    case 'installationKey':
    case 'fallbackKey':
      return keyOf(entry, did, fragment)
  }
}

function keyOf({ name, value }: ContactEntry, did: string, fragment: string): Told | undefined {
  const [algorithm = '', keyType, encoding] = name.split('/').slice(2)
  const encoded = encodedKey(value, encoding)
  if (encoded === undefined) return undefined
  const type = methodTypes[`${algorithm}/${keyType}`] ?? algorithm
  const method = { id: `${did}#${fragment}`, type, controller: did, ...encoded }
  if (keyType === 'enc') return { method, purposes: ['keyAgreement'] }
  return { method, purposes: keyType === 'sigAuth' ? ['authentication', 'assertionMethod'] : ['assertionMethod'] }
}

/** The key in the encoding that its name asks for; undefined when it cannot be shown so, and resolvers then leave it out. */
function encodedKey(value: Hex, encoding: string | undefined): Partial<VerificationMethod> | undefined {
  switch (encoding) {
    case undefined:
    case 'hex':
      return { publicKeyHex: value.slice(2) }
    case 'base64':
      return { publicKeyBase64: base64.encode(hexToBytes(value)) }
    case 'base58':
      return { publicKeyBase58: base58.encode(hexToBytes(value)) }
    case 'pem': {
      const publicKeyPem = textOf(value)
      return publicKeyPem === undefined ? undefined : { publicKeyPem }
    }
    default:
      return { value: value.slice(2) }
  }
}

function serviceOf({ kind, name, number, value }: ContactEntry, did: string): DidService | undefined {
  const text = kind === 'service' ? textOf(value) : undefined
  if (text === undefined) return undefined
  return { id: `${did}#service-${number}`, type: name.split('/')[2] as string, serviceEndpoint: jsonOr(text) }
}

/** UTF-8 text; undefined when the bytes are none. */
function textOf(value: Hex): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(hexToBytes(value))
  } catch {
    // Malformed bytes are the only thing that a fatal decoder throws on.
    return undefined
  }
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Most endpoints are plain text.
    return text
  }
}
