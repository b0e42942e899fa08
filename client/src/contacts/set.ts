import type { Hash, Hex } from 'viem'
import type { L2Client } from '../l2/client.ts'
import { type Attribute, type Key, keyAttribute, type PointerName, pointerAttribute, settingOf } from './attribute.ts'
import { changeAttributes } from './change-attributes.ts'
import type { ChangeParameters } from './parameters.ts'

export interface SetAttributesParameters extends ChangeParameters {
  readonly attributes: readonly Attribute[]
}

/** Sets attributes, renewing those that are there. @throws {ClientError} what `changeAttributes` throws. */
export async function setAttributes(client: L2Client, parameters: SetAttributesParameters): Promise<Hash> {
  return changeAttributes(client, { ...parameters, changes: parameters.attributes.map(settingOf) })
}

export interface SetKeyParameters extends ChangeParameters {
  readonly key: Key
  /** Seconds, 1 to 20 years. */
  readonly validity: bigint
}

/** Puts a key into a bundle, or renews it. @throws {ClientError} what `changeAttributes` throws. */
export async function setKey(client: L2Client, parameters: SetKeyParameters): Promise<Hash> {
  return setAttributes(client, { ...parameters, attributes: [keyAttribute(parameters.key, parameters.validity)] })
}

export interface SetPointerParameters extends ChangeParameters {
  readonly pointer: PointerName
  /** SHA-256 of what is pointed to, 32 bytes. */
  readonly digest: Hex
  /** Seconds, 1 to 20 years. */
  readonly validity: bigint
}

/** Points a bundle to key packages or preferences. @throws {ClientError} what `changeAttributes` throws. */
export async function setPointer(client: L2Client, parameters: SetPointerParameters): Promise<Hash> {
  const { pointer, digest, validity } = parameters
  return setAttributes(client, { ...parameters, attributes: [pointerAttribute(pointer, digest, validity)] })
}
