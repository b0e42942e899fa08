import { ContainerType, ListCompositeType } from '@chainsafe/ssz'
import { sha256 } from '@noble/hashes/sha2.js'
import {
  type Bytes20,
  Bytes20Type,
  type Bytes32,
  Bytes32Type,
  limits,
  Uint8Type,
  Uint16Type,
  Uint32Type,
  Uint64Type,
} from '@parley/protocol/light'
import { PdsError } from '../faults.ts'
import { pdsLimits } from '../limits.ts'
import { decodeExactly } from './exactly.ts'
import { needsSender, type Rule, RuleType, ruleKinds, ruleOf } from './rules.ts'

/** What a service may know of a user. `none` ends it: what it has of the user is deleted. */
export const scopeKinds = { none: 0, blind: 1, sender: 2, 'sender+leaf': 3, full: 4 } as const
export type ScopeKind = keyof typeof scopeKinds

const version = 1

const NameType = new ContainerType({ slot: Uint16Type, identity: Bytes20Type }, { typeName: 'SlotName' })
const ConversationType = new ContainerType(
  {
    shard: Uint8Type,
    index: Uint32Type,
    id: Bytes32Type,
    names: new ListCompositeType(NameType, pdsLimits.names),
  },
  { typeName: 'ScopeConversation' },
)
const ScopeType = new ContainerType(
  {
    version: Uint8Type,
    kind: Uint8Type,
    number: Uint64Type,
    conversations: new ListCompositeType(ConversationType, pdsLimits.conversations),
    rules: new ListCompositeType(RuleType, pdsLimits.rules),
  },
  { typeName: 'Scope' },
)

export interface ScopeConversation {
  readonly shard: number
  readonly index: number
  readonly id: Bytes32
  /** Whose slots are whose; none in scope `blind`. */
  readonly names: readonly { readonly slot: number; readonly identity: Bytes20 }[]
}

/** What a user has a service do. */
export interface Scope {
  readonly kind: ScopeKind
  /** Each scope has a higher number than the one before. */
  readonly number: bigint
  /** In order of shard and index, each once. */
  readonly conversations: readonly ScopeConversation[]
  readonly rules: readonly Rule[]
}

export const scopeDigest = (bytes: Uint8Array): Bytes32 => sha256(bytes)

export function encodeScope({ kind, number, conversations, rules }: Scope): Uint8Array {
  const bytes = ScopeType.serialize({
    version,
    kind: scopeKinds[kind],
    number,
    conversations: conversations.map((each) => ({ ...each, names: [...each.names] })),
    rules: rules.map((each) => ({ ...each, kind: ruleKinds[each.kind], addresses: [...each.addresses] })),
  })
  decodeScope(bytes)
  return bytes
}

const invalid = (field: string, expected: string, cause?: unknown): PdsError =>
  new PdsError({ code: 'SCOPE_INVALID', field, expected }, { cause })

/** The inverse of {@link encodeScope}. @throws {PdsError} `SCOPE_INVALID`. */
export function decodeScope(bytes: Uint8Array): Scope {
  if (bytes.length > pdsLimits.scopeBytes) throw invalid('scope', `at most ${pdsLimits.scopeBytes} bytes`)
  const value = decodeExactly(ScopeType, bytes, (expected, cause) => invalid('scope', expected, cause))
  if (value.version !== version) throw invalid('version', String(version))
  const kind = (Object.keys(scopeKinds) as ScopeKind[]).find((each) => scopeKinds[each] === value.kind)
  if (kind === undefined) throw invalid('kind', `0 to ${scopeKinds.full}`)
  let before = -1
  value.conversations.forEach(({ shard, index, names }, i) => {
    const field = `conversations[${i}]`
    if (shard >= limits.shards) throw invalid(`${field}.shard`, `below ${limits.shards}`)
    const place = shard * 2 ** 32 + index
    if (place <= before) throw invalid(field, 'behind the one before it, by shard and index')
    before = place
    if (kind === 'blind' && names.length > 0) throw invalid(`${field}.names`, 'none in this scope')
    names.forEach(({ slot }, j) => {
      if (j > 0 && slot <= (names[j - 1]?.slot ?? 0)) throw invalid(`${field}.names[${j}]`, 'behind the one before it')
    })
  })
  const rules = value.rules.map((each, i) => {
    const rule = ruleOf(each)
    if (rule === undefined) throw invalid(`rules[${i}]`, 'a rule of a known kind with what it takes and no more')
    if (kind === 'blind' && needsSender(rule.kind))
      throw invalid(`rules[${i}].kind`, 'one that needs no sender, in this scope')
    return rule
  })
  if (kind === 'none' && value.conversations.length + rules.length > 0) throw invalid('kind', 'with nothing besides')
  return { kind, number: value.number, conversations: value.conversations, rules }
}
