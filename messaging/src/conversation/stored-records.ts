import { toHex } from '@parley/protocol/light'
import { encodeMlsMessage, type PrivateKeyPackage } from 'ts-mls'
import type { RecordState } from '../engine/record.ts'
import type { ConversationState, Membership, Outside, PendingBoot, PendingCommit, Waiting } from '../engine/state.ts'
import { invalid } from '../faults.ts'
import { decodeState, encodeState } from '../mls/group.ts'
import { decodeGroup, encodeRest, encodeSecretNode, nodesOf, restOf } from '../mls/group-records.ts'
import type { OwnPackage } from '../mls/leaf.ts'
import { decodeMessage } from '../mls/message.ts'
import type { Slot } from '../ports/log.ts'
import type { Records, StoredRecord } from './records.ts'
import { type Intent, type StoredConversation, storeKey } from './stored.ts'
import { decodeValue, encodeValue } from './stored-value.ts'

/** What is stored field by field. */
type Facts = Omit<StoredConversation, 'state' | 'packages' | 'intents'> &
  Omit<ConversationState, 'record' | 'membership' | 'waiting' | 'commits' | 'boot'>

/** Facts that a conversation always has. */
const always = ['own', 'events', 'slot', 'generation', 'keptFrom'] as const satisfies readonly (keyof Facts)[]

type KeptIntent = Omit<Intent, 'frame'> & { readonly isFramed: boolean }
type KeptCommit = Omit<PendingCommit, 'next'> & { readonly next: Uint8Array }
type KeptBoot = Omit<PendingBoot, 'founded'> & { readonly founded: Uint8Array }
type KeptMembership = Omit<Membership, 'state'> | Outside
interface KeptPackage {
  readonly keyPackage: Uint8Array
  readonly secrets: PrivateKeyPackage
}

/** A conversation as the store has it: what an entry changes is in a few small records, whatever the size of its group. */
export function recordsOf({ state, packages, intents, ...rest }: StoredConversation): Records {
  const { record, membership, waiting, commits, boot, ...more } = state
  const prefix = prefixOf(rest)
  const records = new Map<string, StoredRecord>()
  const put = (name: string, of: readonly unknown[], encode: () => Uint8Array): void =>
    void records.set(`${prefix}${name}`, { of, encode })
  const putValue = (name: string, value: unknown): void => put(name, [value], () => encodeValue(value))
  for (const [name, value] of Object.entries({ ...rest, ...more } satisfies Facts)) {
    if (value === undefined) continue
    put(`fact/${name}`, Array.isArray(value) ? value : [value], () => encodeValue(value))
  }
  const { slots, ...place } = record
  put('record', Object.values(place), () => encodeValue(place))
  slots.forEach((slot, i) => {
    putValue(`slot/${numbered(i)}`, slot)
  })
  for (const item of waiting) putValue(`waiting/${numbered(item.position)}`, item)
  put('intents', intents, () => encodeValue(intents.map(keptIntent)))
  for (const { content, frame } of intents)
    if (frame !== undefined) put(`frame/${toHex(content)}`, [frame], () => frame)
  for (const [i, own] of packages.entries()) put(`package/${numbered(i)}`, [own], () => encodeValue(keptPackage(own)))
  for (const [i, commit] of commits.entries())
    put(`commit/${numbered(i)}`, [commit], () => encodeValue({ ...commit, next: encodeState(commit.next) }))
  if (boot !== undefined) put('boot', [boot], () => encodeValue({ ...boot, founded: encodeState(boot.founded) }))
  if ('outside' in membership) {
    putValue('membership', membership)
    return records
  }
  const { state: group, ...member } = membership
  put('membership', Object.values(member), () => encodeValue(member))
  put('group', restOf(group), () => encodeRest(group))
  for (const [i, node] of nodesOf(group).entries()) put(`key/${numbered(i)}`, [node], () => encodeSecretNode(node))
  return records
}

/** Where all records of a conversation begin. */
export function prefixOf({ own }: Pick<StoredConversation, 'own'>): string {
  return `${storeKey(own.place)}/`
}

/**
 * The inverse of {@link recordsOf}.
 * @param found - By key without the prefix, in order.
 * @throws {MessagingError} `FRAME_INVALID`: the store has something else.
 */
export function decodeStored(found: ReadonlyMap<string, Uint8Array>): StoredConversation {
  const bytesOf = (name: string): Uint8Array => {
    const bytes = found.get(name)
    if (bytes === undefined) throw invalid(name, 'the store lacks it')
    return bytes
  }
  const within = (folder: string): (readonly [rest: string, bytes: Uint8Array])[] =>
    [...found].flatMap(([name, bytes]) => (name.startsWith(folder) ? [[name.slice(folder.length), bytes]] : []))
  const valuesIn = <T>(folder: string): T[] => within(folder).map(([, bytes]) => decodeValue(bytes) as T)
  const facts = Object.fromEntries(within('fact/').map(([name, bytes]) => [name, decodeValue(bytes)]))
  for (const name of always) if (facts[name] === undefined) throw invalid(name, 'the store lacks it')
  const {
    own,
    events,
    unsent,
    asking,
    asked,
    wants,
    wanted,
    nextKey,
    shutOut,
    identities,
    unacked,
    settings,
    ...more
  } = facts as unknown as Facts
  const membership = decodeValue(bytesOf('membership')) as KeptMembership
  const boot = found.get('boot')
  const state: ConversationState = {
    ...more,
    record: {
      ...(decodeValue(bytesOf('record')) as Omit<RecordState, 'slots'>),
      slots: slotsOf(within('slot/')),
    },
    membership:
      'outside' in membership
        ? membership
        : {
            ...membership,
            state: decodeGroup({ rest: bytesOf('group'), nodes: within('key/').map(([, bytes]) => bytes) }),
          },
    waiting: valuesIn<Waiting>('waiting/'),
    commits: valuesIn<KeptCommit>('commit/').map((commit) => ({ ...commit, next: decodeState(commit.next) })),
    boot: boot && bootOf(decodeValue(boot) as KeptBoot),
  }
  const intents = (decodeValue(bytesOf('intents')) as KeptIntent[]).map(
    ({ isFramed, ...intent }): Intent => ({
      ...intent,
      frame: isFramed ? bytesOf(`frame/${toHex(intent.content)}`) : undefined,
    }),
  )
  const packages = valuesIn<KeptPackage>('package/').map(packageOf)
  const rest = { own, events, unsent, asking, asked, wants, wanted, nextKey, shutOut, identities, unacked, settings }
  return { ...rest, state, packages, intents }
}

function keptIntent({ frame, ...intent }: Intent): KeptIntent {
  return { ...intent, isFramed: frame !== undefined }
}

function keptPackage({ keyPackage, secrets }: OwnPackage): KeptPackage {
  return { keyPackage: encodeMlsMessage({ version: 'mls10', wireformat: 'mls_key_package', keyPackage }), secrets }
}

function packageOf({ keyPackage, secrets }: KeptPackage): OwnPackage {
  return { keyPackage: decodeMessage(keyPackage, 'mls_key_package').keyPackage, secrets }
}

/** By number: one that the record never had is left out. */
function slotsOf(found: readonly (readonly [number: string, bytes: Uint8Array])[]): readonly Slot[] {
  const slots: Slot[] = []
  for (const [number, bytes] of found) slots[Number(number)] = decodeValue(bytes) as Slot
  return slots
}

function bootOf({ founded, ...boot }: KeptBoot): PendingBoot {
  return { ...boot, founded: decodeState(founded) }
}

/** A number that sorts as text: positions have up to 20 digits. */
function numbered(number: number | bigint): string {
  return number.toString().padStart(20, '0')
}
