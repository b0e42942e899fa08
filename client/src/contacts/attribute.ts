import { type Hex, stringToHex } from 'viem'
import { assertBytes, assertThat, assertWithin } from '../l2/assert.ts'

/** Seconds that an attribute or a delegate can be given at most: 20 years. */
export const maxValidity: bigint = 20n * 365n * 86_400n

const maxNameBytes = 32
const maxValueBytes = 512
const digestBytes = 32

/** An attribute to set, as EIP-1056 has it. @see docs/spec/contacts.md#attributes-entries-and-pointers */
export interface Attribute {
  /** Such as `did/pub/Ed25519/veriKey/hex`; 1 to 32 bytes of UTF-8. */
  readonly name: string
  /** At most 512 bytes. */
  readonly value: Hex
  /** Seconds from now, 1 to 20 years. */
  readonly validity: bigint
}

/** A change as the contract takes it; validity 0 revokes. */
export interface AttributeChange {
  readonly name: Hex
  readonly value: Hex
  readonly validity: bigint
}

/** Kinds of pointers that a bundle has. */
export type PointerName = 'keyPackages' | 'preferences'

/** A key of an identity. */
export interface Key {
  /** Such as `Ed25519` or `X25519`. */
  readonly algorithm: string
  /** `installation` keys sign for one installation, `fallback` keys are encrypted to while no key package is there. */
  readonly use: 'installation' | 'fallback'
  /** 1 to 512 bytes. */
  readonly value: Hex
}

const wordPattern = /^\w+$/

/** Name of the attribute that a key is kept as. @throws {ClientError} `ARGUMENT_INVALID`. */
export function keyName({ algorithm, use }: Pick<Key, 'algorithm' | 'use'>): string {
  assertThat('algorithm', wordPattern.test(algorithm), 'is no word of letters, digits and underscores')
  return `did/pub/${algorithm}/${use === 'fallback' ? 'enc' : 'veriKey'}/hex`
}

export const pointerName = (pointer: PointerName): string => `parley/${pointer}`

/** The attribute that sets a key. @throws {ClientError} `ARGUMENT_INVALID`, `ARGUMENT_OUT_OF_RANGE`. */
export function keyAttribute(key: Key, validity: bigint): Attribute {
  assertBytes('value', key.value, 1, maxValueBytes)
  return { name: keyName(key), value: key.value, validity }
}

/** The attribute that sets a pointer. @param digest - SHA-256 of the content, 32 bytes. @throws {ClientError}. */
export function pointerAttribute(pointer: PointerName, digest: Hex, validity: bigint): Attribute {
  assertBytes('digest', digest, digestBytes, digestBytes)
  return { name: pointerName(pointer), value: digest, validity }
}

/** An attribute's name or a delegate's type as the contract keeps it. @throws {ClientError} `ARGUMENT_OUT_OF_RANGE`. */
export function encodeName(field: string, name: string): Hex {
  assertWithin(field, new TextEncoder().encode(name).length, 1, maxNameBytes)
  return stringToHex(name, { size: maxNameBytes })
}

/** @throws {ClientError} `ARGUMENT_OUT_OF_RANGE`. */
export function assertValidity(validity: bigint): void {
  assertWithin('validity', validity, 1n, maxValidity)
}

/** The change that sets an attribute. @throws {ClientError} `ARGUMENT_INVALID`, `ARGUMENT_OUT_OF_RANGE`. */
export function settingOf({ name, value, validity }: Attribute): AttributeChange {
  assertBytes('value', value, 0, maxValueBytes)
  assertValidity(validity)
  return { name: encodeName('name', name), value, validity }
}

/** The change that revokes an attribute. @throws {ClientError} `ARGUMENT_INVALID`, `ARGUMENT_OUT_OF_RANGE`. */
export function revocationOf({ name, value }: Pick<Attribute, 'name' | 'value'>): AttributeChange {
  assertBytes('value', value, 0, maxValueBytes)
  return { name: encodeName('name', name), value, validity: 0n }
}
