import type { Codec } from '../codec/codec.ts'
import { bytes, count, integer, invalid, text, uint64, word } from '../codec/codec.ts'
import { described, list, object, optional, variant } from '../codec/composed.ts'
import { rootParameter } from '../codec/parameter.ts'
import { feedLimits } from '../feed/frame-types.ts'
import { route } from '../route.ts'
import { healthRoutes } from './health.ts'
import { shard, uint32 } from './places.ts'

/** Bounds of what a device registers. */
export const pushLimits = {
  /** Buckets of one registration. */
  buckets: 256,
  /** Characters of a URL, and of a token of a push service. */
  urlLength: 2_048,
  tokenLength: 4_096,
  /** Bytes of a registration in JSON. */
  bodyBytes: 32_768,
  /** Bytes of a webhook's key. */
  keyBytes: 32,
} as const

/** Ways of waking a device. */
export const pushKinds = ['webpush', 'webhook', 'apns', 'fcm'] as const
export type PushKind = (typeof pushKinds)[number]

function textUpTo(maximum: number): Codec<string> {
  return {
    schema: { type: 'string', minLength: 1, maxLength: maximum },
    encode: (value) => value,
    decode(json, field) {
      const value = text.decode(json, field)
      return value.length > 0 && value.length <= maximum ? value : invalid(field, `1 to ${maximum} characters`)
    },
  }
}

const target = variant({
  webpush: object({ endpoint: textUpTo(pushLimits.urlLength) }),
  webhook: object({
    url: textUpTo(pushLimits.urlLength),
    key: described('Key of the HMAC-SHA256 that each request carries', bytes(pushLimits.keyBytes)),
  }),
  apns: object({ token: textUpTo(pushLimits.tokenLength) }),
  fcm: object({ token: textUpTo(pushLimits.tokenLength) }),
})

/** What a device registers. */
export const pushRegistration = object({
  target,
  buckets: described(
    'Conversations whose index has the prefix as its low bits; none ends the registration',
    list(object({ shard, bits: integer(feedLimits.bucketBits), prefix: uint32 }), pushLimits.buckets),
  ),
  expires: described('When it ends, milliseconds since 1970', uint64),
})

const about = object({
  kinds: described('How devices can be woken', list(word(pushKinds), pushKinds.length)),
  vapidKey: optional(
    described('Key that Web Push subscriptions name as applicationServerKey: P-256, uncompressed', bytes(65)),
  ),
  everyMs: described('Milliseconds between two wake-ups of one registration at least', count),
  maxExpiryMs: described('Milliseconds for which a registration is taken at most', count),
  maxRegistrationsPerAddress: count,
  version: text,
})

/** Routes of who wakes devices. Who registers proves to be the same as before by the header `Authorization: Bearer 0x…`. */
export const pushRoutes = {
  about: route({
    method: 'GET',
    path: '/v1/push',
    summary: 'How devices can be woken, and within which bounds',
    answer: { json: about },
    faults: [],
    cost: 32,
  }),
  register: route({
    method: 'PUT',
    path: '/v1/registrations/{name}',
    summary: 'Has a device woken when something happens in its buckets, until it expires; without buckets, no longer',
    params: { name: rootParameter('SHA-256 of the 32 bytes that the bearer token is') },
    body: { json: pushRegistration },
    answer: { json: object({ buckets: count, expires: uint64 }) },
    faults: ['UNAUTHORIZED', 'TARGET_UNSUPPORTED', 'TARGET_INVALID', 'TARGET_UNCONFIRMED', 'REGISTRATIONS_FULL'],
    cost: 1_024,
    bodyLimit: pushLimits.bodyBytes,
  }),
  ...healthRoutes,
}
