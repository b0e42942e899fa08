import {
  BlockHeaderType,
  ChangeMembersType,
  changeDigest,
  consentDigest,
  genesisHeader,
  headerDigest,
  messageDigest,
  type Operation,
  OperationKind,
  OperationType,
  operationDigests,
  signDigestRecoverable,
} from '@parley/protocol'
import { config, deployment, digestOf, member, owner } from './people.ts'
import { configJson, type RootedType, rooted } from './render.ts'
import { hex, Seeded } from './seeded.ts'

/** Order of the group. */
const n = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
/** Order of the field. */
const p = 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2fn

const word = (value: bigint): Uint8Array => new Uint8Array(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'))
const integer = (bytes: Uint8Array): bigint => BigInt(hex(bytes))

const conversationId = digestOf('parley vectors/conversation')

function messages() {
  const random = new Seeded('parley vectors/message digests')
  return [0, 1, 4095].flatMap((slot) =>
    [1n, 2n ** 64n - 2n].map((nonce) => {
      const signer = member(`signer ${slot}`)
      const content = random.bytes(32)
      const digest = messageDigest(config.chainId, conversationId, slot, nonce, content)
      return {
        conversationId: hex(conversationId),
        member: slot.toString(),
        nonce: nonce.toString(),
        content: hex(content),
        digest: hex(digest),
        key: hex(signer.name),
        signature: hex(signer.sign(digest)),
      }
    }),
  )
}

function consents() {
  return [0, 7].map((slot) => {
    const signer = member(`consenter ${slot}`)
    const digest = consentDigest(config.chainId, conversationId, slot, 0n, signer.name)
    return {
      conversationId: hex(conversationId),
      slot: slot.toString(),
      nonce: '0',
      key: hex(signer.name),
      digest: hex(digest),
      signature: hex(signer.sign(digest)),
    }
  })
}

function changes() {
  const signer = member('changer')
  const change = {
    shard: 3,
    conversation: 5,
    epoch: 9n,
    signer: 2,
    remove: [{ slot: 4 }],
    roles: [{ slot: 0, role: 1 }],
    add: [{ slot: 4, key: member('added').name, role: 2, allowance: 10n, priceLimit: 20n }],
    exchange: [{ key: member('exchanged').name }],
  }
  const digest = changeDigest(config.chainId, conversationId, change)
  return [
    {
      conversationId: hex(conversationId),
      change: rooted(ChangeMembersType as RootedType<typeof change>, change),
      digest: hex(digest),
      key: hex(signer.name),
      signature: hex(signer.sign(digest)),
    },
  ]
}

function owners() {
  const { name, sign } = owner('owner')
  const account = { shard: 3, account: 1, nonce: 4n }
  const place = { ...account, conversation: 5, member: 6, amount: 7n }
  const members = ['a', 'b'].map((label, i) => ({
    key: member(label).name,
    role: 2 - i,
    allowance: 100n,
    priceLimit: 2n ** 63n,
  }))
  const operations: Operation[] = [
    { selector: OperationKind.createConversation, value: { ...account, salt: digestOf('salt'), members } },
    { selector: OperationKind.fund, value: { ...place, priceLimit: 8n } },
    { selector: OperationKind.reclaim, value: place },
    { selector: OperationKind.withdraw, value: { ...account, amount: 9n } },
  ]
  return operations.map((operation) => {
    const digest = operationDigests(operation, deployment)[0]!
    return {
      operation: rooted(OperationType as unknown as RootedType<Operation>, operation),
      digest: hex(digest),
      owner: hex(name),
      signature: hex(sign(digest)),
    }
  })
}

function headers() {
  const sequencer = owner('sequencer')
  const header = genesisHeader(config)
  const digest = headerDigest(deployment.separator, header)
  return [
    {
      header: rooted(BlockHeaderType as RootedType<typeof header>, header),
      digest: hex(digest),
      sequencer: hex(sequencer.name),
      signature: hex(signDigestRecoverable(sequencer.secret, digest)),
    },
  ]
}

/** Signatures that hold for nobody, over one digest. */
function invalid() {
  const signer = member('signer')
  const { name, sign } = owner('owner')
  const digest = digestOf('parley vectors/digest')
  const [good, owned] = [signer.sign(digest), sign(digest)]
  const negated = (signature: Uint8Array): Uint8Array =>
    new Uint8Array([...signature.subarray(0, 32), ...word(n - integer(signature.subarray(32)))])
  const from = (r: bigint, s: bigint): Uint8Array => new Uint8Array([...word(r), ...word(s)])
  const s = integer(good.subarray(32))
  const memberRows = [
    { why: 'high s', key: signer.name, signature: negated(good) },
    { why: 's of 0', key: signer.name, signature: new Uint8Array([...good.subarray(0, 32), ...word(0n)]) },
    { why: 'r of 0', key: signer.name, signature: from(0n, s) },
    { why: 'r of n', key: signer.name, signature: from(n, s) },
    { why: 'r above n', key: signer.name, signature: from(n + 1n, s) },
    { why: 'all ones', key: signer.name, signature: new Uint8Array(64).fill(255) },
    { why: 'another key', key: member('other').name, signature: good },
    { why: 'one bit of r', key: signer.name, signature: good.with(31, good[31]! ^ 1) },
    { why: 'key off the curve (x = 5)', key: word(5n), signature: good },
    { why: 'key off the curve (x = 0)', key: word(0n), signature: good },
    { why: 'key of p', key: word(p), signature: good },
    { why: 'key above p whose remainder is on the curve', key: word(p + 1n), signature: good },
  ]
  const ownerRows = [
    { why: 'high s', owner: name, signature: negated(owned) },
    { why: 'the zero address, signature of zeros', owner: new Uint8Array(20), signature: new Uint8Array(64) },
    { why: 'the zero address, good signature', owner: new Uint8Array(20), signature: owned },
    { why: 'r that is no x of a point', owner: name, signature: from(5n, 1n) },
    { why: 'r of n', owner: name, signature: from(n, 1n) },
    { why: 'another owner', owner: owner('other').name, signature: owned },
  ]
  return {
    digest: hex(digest),
    good: { key: hex(signer.name), signature: hex(good), owner: hex(name), ownerSignature: hex(owned) },
    members: memberRows.map(({ why, key, signature }) => ({ why, key: hex(key), signature: hex(signature) })),
    owners: ownerRows.map((row) => ({ why: row.why, owner: hex(row.owner), signature: hex(row.signature) })),
  }
}

/** The file `test/vectors/signatures.json`. */
export const signatureVectors = () => ({
  note: 'secp256k1, 64 bytes r ‖ s; a header’s has v as well. Keys are the x of a point whose even y is meant.',
  deployment: configJson(config),
  messages: messages(),
  consents: consents(),
  changes: changes(),
  owners: owners(),
  headers: headers(),
  invalid: invalid(),
})
