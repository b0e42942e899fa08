import type { Hash, Hex } from 'viem'
import type { L2Client } from '../l2/client.ts'
import { type Attribute, type Key, keyName, type PointerName, pointerName, revocationOf } from './attribute.ts'
import { changeAttributes } from './change-attributes.ts'
import type { ChangeParameters } from './parameters.ts'

export interface RevokeAttributesParameters extends ChangeParameters {
  readonly attributes: readonly Pick<Attribute, 'name' | 'value'>[]
}

/** Revokes attributes. @throws {ClientError} `BUNDLE_LACKS`, and what `changeAttributes` throws. */
export async function revokeAttributes(client: L2Client, parameters: RevokeAttributesParameters): Promise<Hash> {
  return changeAttributes(client, { ...parameters, changes: parameters.attributes.map(revocationOf) })
}

export interface RevokeKeyParameters extends ChangeParameters {
  readonly key: Key
}

/** Takes a key out of a bundle. @throws {ClientError} `BUNDLE_LACKS`, and what `changeAttributes` throws. */
export async function revokeKey(client: L2Client, parameters: RevokeKeyParameters): Promise<Hash> {
  const { key } = parameters
  return revokeAttributes(client, { ...parameters, attributes: [{ name: keyName(key), value: key.value }] })
}

export interface RevokePointerParameters extends ChangeParameters {
  readonly pointer: PointerName
  /** The digest that the bundle points to now. */
  readonly digest: Hex
}

/** Takes a pointer out of a bundle. @throws {ClientError} `BUNDLE_LACKS`, and what `changeAttributes` throws. */
export async function revokePointer(client: L2Client, parameters: RevokePointerParameters): Promise<Hash> {
  const { pointer, digest } = parameters
  return revokeAttributes(client, { ...parameters, attributes: [{ name: pointerName(pointer), value: digest }] })
}
