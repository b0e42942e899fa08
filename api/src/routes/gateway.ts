import { bytes, bytesUpTo, integer, text, uint64 } from '../codec/codec.ts'
import { described, list, nullable, object, variant } from '../codec/composed.ts'
import { route } from '../route.ts'
import { healthRoutes } from './health.ts'
import { uint32 } from './places.ts'

/** Bounds of requests to a gateway. */
export const gatewayLimits = {
  /** Changes of one bundle in one request. */
  changes: 32,
  /** Bytes of one attribute's value. */
  valueBytes: 512,
  /** Bytes of a signature: of an EOA, by ERC-1271 or wrapped by ERC-6492. */
  signatureBytes: 8_192,
  /** Bytes of what a recipient's gate asks for. */
  gateDataBytes: 8_192,
  /** Tokens that are issued at once. */
  tokens: 100,
  /** Bytes of a request's body. */
  bodyBytes: 65_536,
} as const

const address = bytes(20)
const digest = bytes(32)

/** A signature as the contracts take it: of whom, and until when. */
export const authorizationCodec = object({
  signer: address,
  deadline: described('Last second since 1970 at which it counts', uint64),
  signature: described('Of an EOA, by ERC-1271, or wrapped by ERC-6492', bytesUpTo(gatewayLimits.signatureBytes)),
})

const changes = list(
  object({
    name: digest,
    value: bytesUpTo(gatewayLimits.valueBytes),
    validity: described('Seconds from its inclusion; 0 revokes', uint64),
  }),
  gatewayLimits.changes,
)

/** A change of the contact directory, with what lets anyone send it. */
export const contactRequest = object({
  change: variant({
    register: object({ changes }),
    attributes: object({ identity: address, changes }),
    delegate: object({ identity: address, delegateType: text, delegate: address, validity: uint64 }),
    owner: object({ identity: address, newOwner: address }),
  }),
  authorization: authorizationCodec,
})

/** An invite, with what lets a gateway relay it. */
export const inviteRequest = object({
  recipient: address,
  contentDigest: digest,
  maxFee: described('Wei that it may cost at most', uint64),
  gateData: bytesUpTo(gatewayLimits.gateDataBytes),
  relayer: described('Who alone may relay it, as signed; 0 for anyone', address),
  authorization: authorizationCodec,
})

/** What a gateway signs when it accepts: that a request stands on its chain in time. */
export const promiseCodec = object({
  requestDigest: digest,
  includeBy: described('The L2’s time, seconds, at which what was asked for has happened', uint64),
  key: described('Address of the gateway’s key', address),
  signature: bytes(65),
})

const relayed = object({
  hash: described('The transaction as it was sent first; one at higher fees may take its place', digest),
  promise: promiseCodec,
})

/** Something for the L2's queue, as SSZ. */
export const forcedRequest = variant({
  message: object({ message: described('SignedMessage', bytes(111)) }),
  withdrawal: object({ operation: described('SignedOperation, of a withdrawal', bytesUpTo(1_024)) }),
})

const accountProof = {
  account: address,
  validUntil: described('The L2’s time, seconds, until which the signature counts', uint64),
  signature: described('By EIP-712 over SHA-256 of the requests', bytesUpTo(gatewayLimits.signatureBytes)),
}

/** What shows that somebody is somebody. */
export const gatewayProof = variant({
  none: object({}),
  stake: object(accountProof),
  repute: object(accountProof),
  name: object({ ...accountProof, name: text }),
  attestation: object({
    ...accountProof,
    attester: address,
    issuedAt: uint64,
    expiresAt: uint64,
    attestation: bytesUpTo(gatewayLimits.signatureBytes),
  }),
  jwt: object({ token: text }),
})

const tokenRequest = object({
  requests: described('TokenRequests of RFC 9578, type 2', list(bytesUpTo(512), gatewayLimits.tokens, 1)),
  proof: gatewayProof,
})

const newMember = object({ key: digest, role: integer(255), allowance: uint64, priceLimit: uint64 })

const newConversation = object({
  reservation: digest,
  salt: digest,
  members: list(newMember, 16, 1),
  consents: list(bytes(64), 16, 1),
})

const funding = object({ shard: integer(63), conversation: uint32, member: integer(65_535), units: integer(1_000) })

/** What may be asked the price of. */
export const quoteRequest = variant({
  contacts: object({}),
  invites: object({
    sender: address,
    recipient: address,
    contentDigest: digest,
    gateData: bytesUpTo(gatewayLimits.gateDataBytes),
  }),
})

const quote = object({
  operation: text,
  units: described('What it takes of an allowance', uint32),
  feeWei: described('What it costs the gateway in fees of contracts, wei', uint64),
  validUntil: described('The L2’s time, seconds', uint64),
  key: address,
  signature: bytes(65),
})

const windows = object({ second: uint32, minute: uint32, day: uint32 })

const about = object({
  chainId: uint64,
  directory: described('Contract of contacts on the L2', address),
  publicInbox: described('Contract of invites on the L2', address),
  relayer: described('Account that sends on the L2', address),
  key: described('Address of the key that signs promises and quotes', address),
  includeWithinSeconds: described('Seconds of the L2 within which a promise is kept', uint32),
  units: described(
    'What each operation takes of an allowance',
    object({ contacts: uint32, invites: uint32, forced: uint32, conversations: uint32 }),
  ),
  tokens: described(
    'How tokens are got; null where none are issued',
    nullable(
      object({
        issuer: text,
        key: described('SubjectPublicKeyInfo of the key that signs now', bytesUpTo(512)),
        challenge: described('TokenChallenge of RFC 9577', bytesUpTo(512)),
        proofs: list(text, 16),
        perDay: described('Tokens a day, by tier', object({ none: uint32, low: uint32, middle: uint32, high: uint32 })),
      }),
    ),
  ),
  conversations: described(
    'What is done on the L3; null where nothing is',
    nullable(
      object({
        shards: list(uint32, 64),
        maxAllowance: described('Mwei of all members of a new conversation together', uint64),
        unitMwei: described('Mwei that a unit of funds is', uint64),
      }),
    ),
  ),
  anonymous: described('Units that one address may use without a token, by window', windows),
  recipient: described('Invites that one inbox is sent through this gateway, by window', windows),
  maxInviteFee: described('Wei that the gateway pays for one invite at most', uint64),
  version: text,
})

/** A simulation on the L2, and a transaction. */
const relayCost = 4_000

const paying = ['ALLOWANCE_EMPTY', 'GATEWAY_BUSY', 'TOKENS_OTHER', 'TOKEN_INVALID', 'TOKEN_SPENT']
const refusals = [...paying, 'AUTHORIZATION_EXPIRED', 'CALL_REFUSED', 'L2_AWAY']

/** Routes of a gateway, which pays for consumers. */
export const gatewayRoutes = {
  about: route({
    method: 'GET',
    path: '/v1/gateway',
    summary: 'What the gateway does, for whom, and by which key it promises',
    answer: { json: about },
    faults: [],
    cost: 32,
  }),
  quote: route({
    method: 'POST',
    path: '/v1/quotes',
    summary: 'What an operation takes of an allowance, and what it costs; signed',
    body: { json: quoteRequest },
    answer: { json: quote },
    faults: ['CALL_REFUSED', 'L2_AWAY'],
    cost: 2_000,
    bodyLimit: gatewayLimits.bodyBytes,
  }),
  contact: route({
    method: 'POST',
    path: '/v1/contacts',
    summary: 'Sends a signed change of the contact directory',
    body: { json: contactRequest },
    answer: { json: relayed },
    faults: refusals,
    cost: relayCost,
    bodyLimit: gatewayLimits.bodyBytes,
  }),
  invite: route({
    method: 'POST',
    path: '/v1/invites',
    summary: 'Relays a signed invite',
    body: { json: inviteRequest },
    answer: { json: relayed },
    faults: [...refusals, 'RELAYER_OTHER', 'FEE_TOO_HIGH'],
    cost: relayCost,
    bodyLimit: gatewayLimits.bodyBytes,
  }),
  forced: route({
    method: 'POST',
    path: '/v1/forced',
    summary: 'Puts a signed message or withdrawal into the L2’s queue, which no sequencer may leave out',
    body: { json: forcedRequest },
    answer: { json: relayed },
    faults: [...paying, 'CALL_REFUSED', 'L2_AWAY', 'NOT_SERVED'],
    cost: relayCost,
    bodyLimit: gatewayLimits.bodyBytes,
  }),
  reserve: route({
    method: 'POST',
    path: '/v1/conversations/reserve',
    summary: 'Reserves an account of the gateway for three seconds: a new conversation’s id names it and its nonce',
    body: { json: object({}) },
    answer: {
      json: object({
        reservation: digest,
        shard: uint32,
        account: uint32,
        nonce: uint64,
        until: described('Milliseconds since 1970', uint64),
      }),
    },
    faults: [...paying, 'NOT_SERVED', 'SHARD_UNSERVED'],
    cost: 500,
  }),
  conversation: route({
    method: 'POST',
    path: '/v1/conversations',
    summary: 'Creates a conversation from a reserved account',
    body: { json: newConversation },
    answer: { json: object({ shard: uint32, index: uint32, id: digest, block: uint64, promise: promiseCodec }) },
    faults: ['ALLOWANCE_TOO_HIGH', 'GATEWAY_BUSY', 'L2_AWAY', 'NOT_SERVED', 'OPERATION_REFUSED', 'RESERVATION_UNKNOWN'],
    cost: 2_000,
    bodyLimit: 16_384,
  }),
  fund: route({
    method: 'POST',
    path: '/v1/funds',
    summary: 'Adds to a member’s allowance from an account of the gateway',
    body: { json: funding },
    answer: { json: object({ block: uint64, amount: described('Mwei', uint64), promise: promiseCodec }) },
    faults: [...paying, 'L2_AWAY', 'NOT_SERVED', 'OPERATION_REFUSED', 'SHARD_UNSERVED'],
    cost: 2_000,
  }),
  tokens: route({
    method: 'POST',
    path: '/v1/tokens',
    summary: 'Signs blinded tokens for who proves to be somebody',
    body: { json: tokenRequest },
    answer: {
      json: object({
        tier: text,
        responses: described('TokenResponses of RFC 9578, in order', list(bytes(256), gatewayLimits.tokens, 1)),
      }),
    },
    faults: [
      'ALLOWANCE_EMPTY',
      'GATEWAY_BUSY',
      'L2_AWAY',
      'NOT_SERVED',
      'PROOF_INVALID',
      'PROOF_UNKNOWN',
      'TOKEN_REQUEST_INVALID',
    ],
    cost: 12_000,
    bodyLimit: gatewayLimits.bodyBytes,
  }),
  ...healthRoutes,
}
