import { ByteVectorType, ContainerType, ListBasicType, ListCompositeType } from '@chainsafe/ssz'
import { type Bytes32, sameBytes, Uint8Type, Uint32Type, Uint64Type } from '@parley/protocol'
import { type ContentClass, contentClasses, type PutOptions } from '../contents.ts'
import { ContentError } from '../faults.ts'
import { contentLimits } from '../limits.ts'

/** What a store knows of a content beside its bytes. Times are milliseconds since 1970. */
export interface ContentRecord {
  readonly class: ContentClass
  readonly bytes: number
  /** Until when it is kept in any case but that all readers have it. */
  readonly retainUntil: bigint
  /** When all its readers had acknowledged it; undefined before. */
  readonly deliveredAt: bigint | undefined
  /** Whether readers decide: not when some put named none, or all together named too many. */
  readonly waits: boolean
  readonly acks: readonly Bytes32[]
  /** Of each of `acks`, whether it was given. */
  readonly given: readonly boolean[]
}

const RecordType = new ContainerType(
  {
    class: Uint8Type,
    bytes: Uint32Type,
    retainUntil: Uint64Type,
    deliveredAt: Uint64Type,
    waits: Uint8Type,
    acks: new ListCompositeType(new ByteVectorType(32), contentLimits.keptAcks),
    given: new ListBasicType(Uint8Type, contentLimits.keptAcks),
  },
  { typeName: 'ContentRecord' },
)

export function encodeRecord({ class: named, deliveredAt, waits, acks, given, ...rest }: ContentRecord): Uint8Array {
  return RecordType.serialize({
    ...rest,
    class: contentClasses.indexOf(named),
    deliveredAt: deliveredAt ?? 0n,
    waits: waits ? 1 : 0,
    acks: [...acks],
    given: given.map(Number),
  })
}

/** @param name - For the fault. @throws {ContentError} `RECORD_INVALID`. */
export function decodeRecord(name: string, bytes: Uint8Array): ContentRecord {
  try {
    const { class: number, deliveredAt, waits, given, ...rest } = RecordType.deserialize(bytes)
    const named = contentClasses[number]
    if (named === undefined) throw new RangeError(`class ${number}`)
    return {
      ...rest,
      class: named,
      deliveredAt: deliveredAt === 0n ? undefined : deliveredAt,
      waits: waits === 1,
      given: given.map(Boolean),
    }
  } catch (cause) {
    throw new ContentError({ code: 'RECORD_INVALID', record: name, reason: (cause as Error).message }, { cause })
  }
}

/** What is known of a content that is put, with what was known of it before. */
export function merged(
  before: ContentRecord | undefined,
  put: { readonly bytes: number; readonly options: PutOptions; readonly retainUntil: bigint },
): ContentRecord {
  const { bytes, options, retainUntil } = put
  const fresh = before === undefined
  const acks = [...(before?.acks ?? [])]
  const given = [...(before?.given ?? [])]
  for (const ack of options.acks) {
    if (acks.some((known) => sameBytes(known, ack))) continue
    acks.push(ack)
    given.push(false)
  }
  const fits = acks.length <= contentLimits.keptAcks
  const waits = options.acks.length > 0 && fits && (fresh || before.waits)
  const grown = fresh || acks.length > before.acks.length || !waits
  return {
    class: fresh || before.retainUntil < retainUntil ? options.class : before.class,
    bytes,
    retainUntil: fresh || before.retainUntil < retainUntil ? retainUntil : before.retainUntil,
    deliveredAt: grown ? undefined : before.deliveredAt,
    waits,
    acks: waits ? acks : [],
    given: waits ? given : [],
  }
}

/** When the content of a record goes. @param graceMs - Milliseconds for which it stays once all readers have it. */
export function dueAt({ class: named, retainUntil, deliveredAt }: ContentRecord, graceMs: number): bigint {
  // Members who were offline catch up by handshakes, whoever else has them.
  if (named === 'handshake' || deliveredAt === undefined) return retainUntil
  const delivered = deliveredAt + BigInt(graceMs)
  return delivered < retainUntil ? delivered : retainUntil
}
