import { placeBytes, RequestError, readLimits } from '@parley/api'
import { type ConversationPlace, limits } from '@parley/protocol'

type Places = readonly ConversationPlace[]

const sinceBytes = 8

/** Places of a body, in octets or as JSON. @throws {RequestError} `BODY_SIZE`, `FIELD_INVALID`. */
export function placesOf(body: { readonly places: Places } | Uint8Array): Places {
  return assertAscending(body instanceof Uint8Array ? readPlaces(body, 0) : body.places)
}

/** What is asked of changes. @throws {RequestError} `BODY_SIZE`, `FIELD_INVALID`. */
export function changesAskedOf(body: { readonly since: bigint; readonly places: Places } | Uint8Array): {
  readonly since: bigint
  readonly places: Places
} {
  if (!(body instanceof Uint8Array)) return { since: body.since, places: assertAscending(body.places) }
  const places = readPlaces(body, sinceBytes)
  return { since: viewOf(body).getBigUint64(0, true), places: assertAscending(places) }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

function readPlaces(body: Uint8Array, from: number): Places {
  const places = (body.length - from) / placeBytes
  if (!Number.isInteger(places) || places < 1 || places > readLimits.places)
    throw new RequestError({
      code: 'BODY_SIZE',
      bytes: body.length,
      minimum: from + placeBytes,
      maximum: from + readLimits.places * placeBytes,
      multipleOf: placeBytes,
    })
  const view = viewOf(body)
  return Array.from({ length: places }, (_, i) => {
    const at = from + i * placeBytes
    return { shard: view.getUint8(at), index: view.getUint32(at + 1, true) }
  })
}

/** One order, so that a proof has one form, and the same question the same answer. */
function assertAscending(places: Places): Places {
  places.forEach(({ shard, index }, i) => {
    if (shard >= limits.shards)
      throw new RequestError({
        code: 'FIELD_INVALID',
        field: `places[${i}].shard`,
        expected: `0 to ${limits.shards - 1}`,
      })
    if (index >= limits.conversationsPerShard)
      throw new RequestError({
        code: 'FIELD_INVALID',
        field: `places[${i}].index`,
        expected: `0 to ${limits.conversationsPerShard - 1}`,
      })
    const before = places[i - 1]
    if (before !== undefined && (before.shard > shard || (before.shard === shard && before.index >= index)))
      throw new RequestError({
        code: 'FIELD_INVALID',
        field: `places[${i}]`,
        expected: 'a place after the one before, by shard and index',
      })
  })
  return places
}
