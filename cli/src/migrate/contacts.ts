import { ClientError, confirm, getBundle, keyAttribute, type L2Client, register } from '@parley/client'
import type { Address, Hex } from 'viem'
import type { DumpIdentity } from './dump.ts'

/** What a user has still to do so that others find its devices. */
export type ContactRemains =
  /** The dump has no account of it. */
  | { readonly what: 'wallet' }
  /** It must register, or sign that somebody else registers it. */
  | { readonly what: 'register' }
  /** Its signature was refused; by this code. */
  | { readonly what: 'sign'; readonly fault: string }
  /** It is registered, and this device of it is not. */
  | { readonly what: 'installation'; readonly installationKey: Hex }

export interface ContactDeps {
  readonly client: L2Client
  readonly directory: Address
  /** Whether who signed is registered now, at the cost of the client's account. */
  readonly registers: boolean
}

/** Seconds for which a registration of the migration has each key, which is what users sign. */
export const keySeconds = 31_536_000n

/** Registers who signed for it, and says what remains. @throws {ClientError} but for what is wrong with one registration. */
export async function migrateContact(deps: ContactDeps, identity: DumpIdentity): Promise<readonly ContactRemains[]> {
  const { address, registration, installations } = identity
  if (address === undefined) return [{ what: 'wallet' }]
  const { client, directory, registers } = deps
  const { registeredAt, entries } = await getBundle(client, { directory, identity: address })
  if (registeredAt !== undefined) {
    const known = new Set(entries.flatMap(({ kind, value }) => (kind === 'installationKey' ? [value] : [])))
    const missing = installations.filter(({ installationKey }) => !known.has(installationKey))
    return missing.map(({ installationKey }) => ({ what: 'installation', installationKey }))
  }
  if (registration === undefined || !registers) return [{ what: 'register' }]
  try {
    const authorization = { signer: address, ...registration }
    const hash = await register(client, { directory, attributes: attributesOf(identity), authorization })
    await confirm(client, { hash })
    return []
  } catch (error) {
    if (error instanceof ClientError && ofTheUser.has(error.fault.code))
      return [{ what: 'sign', fault: error.fault.code }]
    throw error
  }
}

/** Faults that another signature mends; all others are the operator's or the L2's. */
const ofTheUser: ReadonlySet<string> = new Set(['SIGNATURE_EXPIRED', 'SIGNATURE_REFUSED'])

/** Attributes of a registration, in the order of the dump. @see docs/spec/migration.md#registrations */
export function attributesOf({ installations }: Pick<DumpIdentity, 'installations'>) {
  return installations.flatMap(({ installationKey, fallbackKey }) => [
    keyAttribute({ algorithm: 'Ed25519', use: 'installation', value: installationKey }, keySeconds),
    keyAttribute({ algorithm: 'X25519', use: 'fallback', value: fallbackKey }, keySeconds),
  ])
}
