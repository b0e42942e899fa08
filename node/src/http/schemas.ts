type Schema = Readonly<Record<string, unknown>>

const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` })
const list = (items: Schema): Schema => ({ type: 'array', items })
const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const
const count = { type: 'integer', minimum: 0 } as const
const bytes = (length: number): Schema => ({ type: 'string', pattern: `^0x[0-9a-f]{${2 * length}}$` })
const uint64: Schema = ref('Uint64')
const bytes32: Schema = ref('Bytes32')

/** An object of these fields; names ending in `?` may be missing. */
function object(fields: Readonly<Record<string, Schema>>): Schema {
  const named = Object.entries(fields).map(([name, schema]) => [name.replace('?', ''), schema] as const)
  const required = Object.keys(fields).filter((name) => !name.endsWith('?'))
  return { type: 'object', required, properties: Object.fromEntries(named) }
}

const proven = {
  shard: count,
  index: count,
  block: uint64,
  timestamp: uint64,
  stateRoot: bytes32,
  'claim?': uint64,
  endsClaim: flag,
  final: flag,
  proof: object({ gindex: text, leaf: bytes32, branch: list(bytes32) }),
}

const prices = object({ dataByte: uint64, settlement: uint64, stateByte: uint64 })
const part = object({ layer: count, pointer: text })
const level = object({ claim: uint64, 'block?': uint64 })
const states = { type: 'string', enum: ['starting', 'following', 'deriving', 'waiting', 'wrong', 'failed'] } as const

/** Schemas of all JSON answers, by name. */
export const schemas: Readonly<Record<string, Schema>> = {
  Uint64: { type: 'string', pattern: '^(0|[1-9][0-9]{0,19})$' },
  Bytes32: bytes(32),
  Member: object({
    key: bytes32,
    role: { type: 'integer', enum: [0, 1, 2] },
    nonce: uint64,
    sponsor: count,
    allowance: uint64,
    priceLimit: uint64,
  }),
  Conversation: object({
    id: bytes32,
    epoch: uint64,
    members: list(ref('Member')),
    messageCount: uint64,
    head: bytes32,
  }),
  Account: object({ owner: bytes(20), nonce: uint64, balance: uint64, withdrawn: uint64 }),
  ProvenConversation: object({ ...proven, conversation: ref('Conversation'), entries: uint64 }),
  ProvenAccount: object({ ...proven, account: ref('Account') }),
  HistoryPage: object({
    shard: count,
    index: count,
    from: uint64,
    total: uint64,
    entries: list(
      object({
        entry: uint64,
        block: uint64,
        timestamp: uint64,
        forced: flag,
        event: object({ kind: { type: 'string', enum: ['message', 'change'] }, value: { type: 'object' } }),
      }),
    ),
  }),
  Header: object({
    number: uint64,
    parent: bytes32,
    timestamp: uint64,
    lineage: bytes32,
    inboxCount: uint64,
    inboxHash: bytes32,
    prices,
    runsRoot: bytes32,
    stateRoot: bytes32,
  }),
  Block: object({
    header: ref('Header'),
    headerRoot: bytes32,
    runs: list(object({ shard: count, segments: count, messages: count, postRoot: bytes32 })),
    'claim?': uint64,
    finality: { type: 'string', enum: ['claimed', 'final'] },
  }),
  Claim: object({
    hash: bytes32,
    claim: object({
      number: uint64,
      parent: bytes32,
      lineage: bytes32,
      coreRoot: bytes32,
      witnessRoot: bytes32,
      lastHeader: ref('Header'),
      core: part,
      witness: part,
      windows: object({ challenge: count, data: count, answer: count, proof: count }),
      claimer: bytes(20),
      claimedAt: uint64,
    }),
    l2: object({ blockNumber: uint64, blockHash: bytes32 }),
    state: { type: 'string', enum: ['verified', 'pending', 'waiting', 'wrong'] },
    final: flag,
  }),
  Snapshots: object({
    snapshots: list(
      object({
        block: uint64,
        claim: uint64,
        final: flag,
        stateRoot: bytes32,
        header: ref('Header'),
        prices,
        shardRoots: list(bytes32),
        chunks: count,
        bytes: uint64,
      }),
    ),
  }),
  Status: object({
    state: states,
    'fault?': ref('Fault'),
    'faultClaim?': uint64,
    block: uint64,
    'timestamp?': uint64,
    'stateRoot?': bytes32,
    'shardRoots?': list(bytes32),
    rootsCompared: uint64,
    rootsEqual: uint64,
    finality: object({ claimed: level, verified: level, final: level }),
    'l2?': object({ block: uint64, time: uint64, inboxItems: uint64 }),
  }),
  Health: object({ state: states, 'fault?': ref('Fault') }),
}
